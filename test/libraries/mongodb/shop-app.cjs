// A shop whose HTTP handler asks a MongoDB server, by the driver and by mongoose. argv[2]: the server's URL.
const { createServer, get } = require('node:http');
const { context, trace } = require('@opentelemetry/api');
const { MongoClient } = require('mongodb');
const mongoose = require('mongoose');

const url = process.argv[2];
const Jug = mongoose.model('Jug', new mongoose.Schema({ name: String, price: Number }));
const spanId = () => trace.getSpan(context.active())?.spanContext().spanId;

async function byDriver(mugs) {
  const { insertedId } = await mugs.insertOne({ name: 'secret-mug', price: 3 });
  const twice = await mugs.insertOne({ _id: insertedId, name: 'secret-mug' }).catch((error) => error.code);
  const { modifiedCount } = await mugs.updateOne({ name: 'secret-mug' }, { $set: { price: 4 } });
  const found = await mugs.find({ name: 'secret-mug' }).project({ _id: 0 }).toArray();
  const { deletedCount } = await mugs.deleteMany({ name: 'secret-mug' });
  return { twice, modifiedCount, found, deletedCount };
}

async function byMongoose() {
  await new Jug({ name: 'secret-jug', price: 5 }).save();
  const { price } = await Jug.findOne({ name: 'secret-jug' });
  const sum = await Jug.aggregate([{ $match: { name: 'secret-jug' } }, { $count: 'jugs' }]);
  const { deletedCount } = await Jug.deleteOne({ name: 'secret-jug' });
  return { price, sum, deletedCount };
}

async function main() {
  const client = new MongoClient(url);
  await client.connect();
  await mongoose.connect(url, { dbName: 'shop' });
  await Jug.init();
  const server = createServer(async (_request, response) => {
    const before = spanId();
    const answer = {
      driver: await byDriver(client.db('shop').collection('mugs')),
      mongoose: await byMongoose(),
    };
    response.end(JSON.stringify({ ...answer, same: spanId() === before }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const body = await new Promise((resolve) => {
    get({ port: server.address().port, host: '127.0.0.1' }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve(text);
    });
  });
  console.log(body);
  await mongoose.disconnect();
  await client.close();
  server.close();
}
main();
