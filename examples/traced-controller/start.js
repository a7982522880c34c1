// `node examples/traced-controller/start.js`: the three services and the controller, each a process under the agent.
// Needs a cluster (KUBECONFIG, or ~/.kube/config) and Jaeger on this machine.
const { spawn } = require('node:child_process');
const path = require('node:path');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const children = [];

function start(service, file, args, env) {
  const child = spawn(process.execPath, ['-r', REGISTER, path.join(__dirname, file), ...args], {
    env: { ...process.env, ...env, OTEL_SERVICE_NAME: service },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  child.on('exit', (code) => {
    if (code) process.exitCode = code;
  });
  return child;
}

async function startService(name) {
  const child = start(name, 'service.js', [name], {});
  for await (const text of child.stdout) {
    const port = /listening (\d+)/.exec(String(text))?.[1];
    if (port) return `http://127.0.0.1:${port}`;
  }
  throw new Error(`${name} ended before it listened`);
}

async function main() {
  const [REDIS_URL, GITHUB_URL, AWS_URL] = await Promise.all(['redis', 'github', 'aws'].map(startService));
  const name = process.env.CONTROLLER_NAME ?? 'traced-pod-controller';
  const controller = start(name, 'controller.js', [], { REDIS_URL, GITHUB_URL, AWS_URL });
  controller.stdout.pipe(process.stdout);
  // The services stay until the controller has processed what it has.
  controller.on('exit', () => {
    for (const child of children) child.kill('SIGTERM');
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => controller.kill('SIGTERM'));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
  for (const child of children) child.kill('SIGTERM');
});
