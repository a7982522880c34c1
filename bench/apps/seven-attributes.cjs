// The attributes of a server span as a patch gives them: a new object for each span.
module.exports = (id) => ({
  'http.request.method': 'GET',
  'url.path': `/users/${id}`,
  'url.scheme': 'http',
  'http.route': '/users/:id',
  'server.address': 'localhost',
  'server.port': 3000,
  'http.response.status_code': 200,
});
