// The AWS SDK and OpenAI's client against a stub on this machine.
const { createServer } = require('node:http');
const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const { SendMessageCommand, ReceiveMessageCommand, SQSClient } = require('@aws-sdk/client-sqs');
const OpenAI = require('openai');

let sent;
const answers = {
  SendMessage: (body) => {
    sent = body.MessageAttributes;
    return { MessageId: 'm1', MD5OfMessageBody: '4e3d53e1b6a1a1d2d2f9d1b2e5e1a2b3' };
  },
  ReceiveMessage: () => ({ Messages: [{ MessageId: 'm1', Body: 'mug', MessageAttributes: sent }] }),
};
const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const target = request.headers['x-amz-target']?.split('.')[1];
    response.setHeader('content-type', 'application/json');
    if (target) response.end(JSON.stringify(answers[target](JSON.parse(Buffer.concat(parts)))));
    else if (request.url.startsWith('/v1/chat'))
      response.end(
        JSON.stringify({
          id: 'c1',
          model: 'gpt-x-1',
          object: 'chat.completion',
          choices: [
            { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'secret-answer' } },
          ],
          usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
        }),
      );
    else response.end('mug');
  });
});

async function main() {
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const aws = {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'secret-key' },
  };
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'mugs', Key: 'one' }));
  const body = await Body.transformToString();
  const sqs = new SQSClient({ ...aws, md5: false });
  const queue = { QueueUrl: `${endpoint}/1/orders` };
  await sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'mug' }));
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ ...queue, MessageAttributeNames: ['All'] }),
  );
  const openai = new OpenAI({ apiKey: 'secret-key', baseURL: `${endpoint}/v1` });
  const chat = await openai.chat.completions.create({
    model: 'gpt-x',
    messages: [{ role: 'user', content: 'secret-question' }],
  });
  console.log(JSON.stringify({ body, messages: Messages.length, chat: chat.choices[0].message.content }));
  s3.destroy();
  sqs.destroy();
  server.close();
  server.closeAllConnections();
}
server.listen(0, '127.0.0.1', main);
