// `node examples/traced-controller/start.js`: the three services and the controller, each a process under the agent.
// Needs a cluster (KUBECONFIG, or ~/.kube/config) and Jaeger: on this machine, or where the agent's settings say.
const { spawn } = require('node:child_process');
const path = require('node:path');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const children = new Set();

function start(service, file, args, env) {
  const child = spawn(process.execPath, ['-r', REGISTER, path.join(__dirname, file), ...args], {
    env: { ...process.env, ...env, OTEL_SERVICE_NAME: service },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl+C in the terminal reaches this process alone, which ends the controller first and its services after it.
    detached: true,
  });
  children.add(child);
  child.on('exit', (code, signal) => {
    children.delete(child);
    if (code !== 0) {
      console.error(`${service} ended with ${signal ?? code}`);
      process.exitCode = code ?? 1;
    }
  });
  return child;
}

function startService(name) {
  const child = start(name, 'service.js', [name], {});
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      const port = /listening (\d+)/.exec(String(text))?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    child.on('exit', () => reject(new Error(`${name} ended before it listened`)));
  });
}

function endAll() {
  for (const child of children) child.kill('SIGTERM');
}

async function main() {
  let controller;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
    process.on(signal, () => (controller ? controller.kill('SIGTERM') : endAll()));
  const [REDIS_URL, GITHUB_URL, AWS_URL] = await Promise.all(['redis', 'github', 'aws'].map(startService));
  const name = process.env.CONTROLLER_NAME ?? 'traced-pod-controller';
  controller = start(name, 'controller.js', [], { REDIS_URL, GITHUB_URL, AWS_URL });
  controller.stdout.pipe(process.stdout);
  // The services stay until the controller has processed what it has.
  controller.on('exit', endAll);
}

// Whatever ends this process leaves none of the others.
process.on('exit', endAll);
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
  endAll();
});
