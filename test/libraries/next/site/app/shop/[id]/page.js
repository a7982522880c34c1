// A page of the app router, rendered for each request.
export const dynamic = 'force-dynamic';

export default async function Shop({ params }) {
  const { id } = await params;
  return <p>shop {id}</p>;
}
