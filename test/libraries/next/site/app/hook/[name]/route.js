// A route handler of the app router.
export async function GET(_request, { params }) {
  return Response.json({ name: (await params).name });
}
