// A query with a literal and a variable, with fields that are resolved by functions, one of which fails.
const { GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } = require('graphql');
const mug = new GraphQLObjectType({
  name: 'Mug',
  fields: {
    name: { type: GraphQLString, resolve: async () => 'mug' },
    broken: {
      type: GraphQLString,
      resolve: () => {
        throw new Error('secret-message');
      },
    },
  },
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { mug: { type: mug, args: { token: { type: GraphQLString } }, resolve: () => ({}) } },
  }),
});
graphql({ schema, source: 'query Mug { mug(token: "secret-literal") { name broken } }' }).then(
  ({ data, errors }) => {
    console.log(JSON.stringify({ data, errors: errors.map((each) => each.message) }));
  },
);
