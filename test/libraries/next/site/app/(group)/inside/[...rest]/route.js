// A route handler in a route group, whose name is no part of the path.
export async function GET(_request, { params }) {
  return Response.json((await params).rest);
}
