// An API route of the pages router.
export default function handler(request, response) {
  response.status(200).json({ item: request.query.item });
}
