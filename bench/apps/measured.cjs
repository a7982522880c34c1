// What the bench asks of an application that it measures: the port, then CPU time, memory and whether an agent runs.
const { proof } = JSON.parse(process.env.BENCH_TASK);

exports.listening = (port) => process.send({ port });
process.on('message', (question) => {
  if (question === 'stop') process.exit();
  if (question !== 'state') return;
  const { user, system } = process.cpuUsage();
  process.send({
    cpu: user + system,
    rss: process.memoryUsage.rss(),
    // biome-ignore lint/security/noGlobalEval: an expression of subjects.mjs
    runs: globalThis.eval(proof),
    health: globalThis[Symbol.for('tracing-agent.running')]?.health(),
  });
});
// The bench was ended.
process.on('disconnect', () => process.exit());
