// A page of the pages router, rendered for each request.
export default function Post({ slug }) {
  return `post ${slug}`;
}

export function getServerSideProps({ params }) {
  if (params.slug === 'broken') throw new Error('canary-message');
  return { props: { slug: params.slug } };
}
