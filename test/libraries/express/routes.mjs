// An ES module's static import of Express: the route is named all the same.
import http from 'node:http';
import express from 'express';

const app = express();
const api = express.Router();
api.post('/items/:id', express.json(), (request, response) => response.json(request.body));
app.use('/api', api);

const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const headers = { 'content-type': 'application/json' };
  const request = http.request({ port, method: 'POST', path: '/api/items/1', headers }, (response) => {
    response.on('data', (chunk) => console.log(response.statusCode, String(chunk)));
    response.on('end', () => server.close());
  });
  request.end('{"a":1}');
});
