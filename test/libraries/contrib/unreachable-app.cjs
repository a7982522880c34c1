// Clients of servers that aren't there: what they fail with must be what they fail with without the agent.
const { Client } = require('cassandra-driver');
const { Kafka, logLevel } = require('kafkajs');
const { MongoClient } = require('mongodb');
const mongoose = require('mongoose');

const failure = async (name, work) => {
  try {
    await work();
    return `${name}: no error`;
  } catch (error) {
    return `${name}: ${error.constructor.name}`;
  }
};

async function main() {
  const port = 9; // discard: nothing listens on loopback
  const cassandra = new Client({ contactPoints: [`127.0.0.1:${port}`], localDataCenter: 'here' });
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer();
  const messages = [{ key: 'secret-key', value: 'secret-value' }];
  const mongo = new MongoClient(`mongodb://127.0.0.1:${port}`, { serverSelectionTimeoutMS: 50 });
  const Mug = mongoose.model('Mug', new mongoose.Schema({ name: String }, { bufferTimeoutMS: 50 }));
  const failures = [
    await failure('cassandra', () => cassandra.execute("SELECT 'secret-literal'")),
    await failure('kafka', () => producer.send({ topic: 'orders', messages })),
    await failure('mongodb', () => mongo.db('shop').collection('mugs').findOne({ name: 'secret-name' })),
    await failure('mongoose', () => Mug.findOne({ name: 'secret-name' }).exec()),
  ];
  const headers = Object.keys(messages[0].headers ?? {}).filter((name) => name !== 'tracestate');
  console.log(JSON.stringify({ failures, headers: headers.sort() }));
  await cassandra.shutdown();
  await mongo.close();
}
main();
