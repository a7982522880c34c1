// A gRPC server and its client in one process: one call that answers, one that fails.
const grpc = require('@grpc/grpc-js');
const bytes = {
  requestSerialize: (v) => v,
  requestDeserialize: (v) => v,
  responseSerialize: (v) => v,
  responseDeserialize: (v) => v,
};
const service = {
  take: { path: '/shop.Stock/Take', requestStream: false, responseStream: false, ...bytes },
  refuse: { path: '/shop.Stock/Refuse', requestStream: false, responseStream: false, ...bytes },
};
const server = new grpc.Server();
server.addService(service, {
  take: (call, answer) => answer(null, Buffer.concat([Buffer.from('one '), call.request])),
  refuse: (_call, answer) => answer({ code: grpc.status.NOT_FOUND, message: 'no secret-value here' }),
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  const Client = grpc.makeGenericClientConstructor(service, 'Stock');
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  client.take(Buffer.from('mug'), (_error, answer) => {
    client.refuse(Buffer.from('mug'), (failure) => {
      console.log(JSON.stringify({ answer: answer.toString(), code: failure.code }));
      client.close();
      server.tryShutdown(() => {});
    });
  });
});
