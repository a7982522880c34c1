// A socket.io server and its client: an event and its answer.
const { createServer } = require('node:http');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');
const server = createServer();
const sockets = new Server(server);
sockets.on('connection', (socket) => {
  socket.on('order', (what) => socket.emit('ordered', what));
});
server.listen(0, '127.0.0.1', () => {
  const client = io(`http://127.0.0.1:${server.address().port}`, { transports: ['websocket'] });
  client.on('ordered', (what) => {
    console.log(what);
    client.close();
    sockets.close();
  });
  client.emit('order', 'mug');
});
