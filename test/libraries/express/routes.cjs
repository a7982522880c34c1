// Every way in which Express routes a request; prints what the application itself sees.
const http = require('node:http');
const express = require(process.env.LIBRARY ?? 'express');

const five = typeof express.Router.prototype?.handle === 'function';
const app = express();
app.use((_req, _res, next) => setTimeout(next, 1));
app.use(express.json());

app.get('/', (_req, res) => res.send('root'));
app.get('/plain', (_req, res) => res.send('plain'));
app.route('/chained/:id').get((req, res) => res.send(`chained ${req.params.id}`));
app.get(/^\/files\/(.*)$/, (req, res) => res.send(`file ${req.params[0]}`));
app.get(['/one', '/two/:id', /^\/three/g], (req, res) => res.send(`list ${JSON.stringify(req.params)}`));
app.get(five ? '/star/*rest' : '/star/*', (_req, res) => res.send('star'));
app.head('/headless', (_req, res) => res.end());
app.post('/headless', (_req, res) => res.send('posted'));

const users = express.Router({ mergeParams: true });
users.param('id', (req, _res, next, id) => {
  req.found = `found ${id}`;
  setTimeout(next, 1);
});
users.get('/', (_req, res) => res.send('all users'));
users.get('/:id', (req, res) => res.send(req.found));
users.post('/:id', (req, res) => res.json(req.body));
const pets = express.Router({ mergeParams: true });
pets.get('/:pet', (req, res) => res.send(`${req.params.id} ${req.params.pet} ${req.baseUrl}`));
users.use('/:id/pets', pets);
// Mounted twice: the template is the mount's that led here.
app.use('/users', users);
app.use('/api/v1/people/', users);
app.use(['/left', '/right/:side'], pets);

const sub = express();
sub.get('/deep/:x', (req, res) => res.send(`sub ${req.params.x} ${req.baseUrl}`));
sub.use('/below', users);
app.use('/sub', sub);

// The first router falls through, the second answers.
const first = express.Router();
first.use('/nothing', (_req, _res, next) => next());
first.get('/:any/passed', (_req, _res, next) => next());
app.use('/fall', first);
const second = express.Router();
second.get('/x/passed', (_req, res) => res.send('second'));
app.use('/:mount', second);

app.use('/middleware', (_req, res) => res.send('answered by a middleware'));
app.get('/throws', () => {
  throw new Error('canary-message');
});
app.get('/rejects', async (_req, _res, next) => {
  const failing = Promise.reject(new Error('canary-message'));
  if (five) return failing;
  return failing.catch(next);
});
app.get(
  '/skip',
  (_req, _res, next) => next('route'),
  () => {},
);
app.get('/skip', (_req, res) => res.send('after skip'));
app.use((error, _req, res, _next) => res.status(500).send(error.constructor.name));

const requests = [
  ['GET', '/'],
  ['GET', '/plain?token=canary-query&flag'],
  ['GET', '/chained/7'],
  ['GET', '/files/a/b.txt'],
  ['GET', '/one'],
  ['GET', '/two/2'],
  ['GET', '/three'],
  ['GET', '/three'],
  ['GET', '/star/a/b'],
  ['HEAD', '/headless'],
  ['HEAD', '/plain'],
  ['OPTIONS', '/plain'],
  ['GET', '/users'],
  ['GET', '/users/42'],
  ['POST', '/users/42'],
  ['GET', '/users/42/pets/rex'],
  ['GET', '/api/v1/people/42'],
  ['GET', '/left/rex'],
  ['GET', '/right/west/rex'],
  ['GET', '/sub/deep/1'],
  ['GET', '/sub/below/9/pets/tom'],
  ['GET', '/fall/x/passed'],
  ['GET', '/middleware/x'],
  ['GET', '/throws'],
  ['GET', '/rejects'],
  ['GET', '/skip'],
  ['GET', '/missing/x/y'],
];

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  for (const [method, path] of requests) {
    const { status, text } = await ask(port, method, path);
    console.log(method, path, status, text.length > 80 ? 'long' : text);
  }
  server.close();
  agent.destroy();
});

const agent = new http.Agent({ keepAlive: true });
function ask(port, method, path) {
  return new Promise((resolve, reject) => {
    const headers = method === 'POST' ? { 'content-type': 'application/json' } : {};
    const request = http.request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('error', reject);
    request.end(method === 'POST' ? '{"body":"canary-body"}' : undefined);
  });
}
