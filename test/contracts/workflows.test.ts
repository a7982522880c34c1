/**
 * Guards the workflows of .github, which only GitHub runs: what they call is there, they may write no more than they need,
 * and a release is published with provenance.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import manifest from '../../package.json';
import { repository } from '../support/cache';
import matrix from '../support/matrix.json';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly needs?: string;
  readonly permissions?: Record<string, string>;
  readonly services?: Record<string, { image: string }>;
  readonly env?: Record<string, string>;
  readonly strategy?: { matrix: { node: string[] } };
}
interface Workflow {
  readonly name: string;
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const folder = join(repository, '.github/workflows');
const workflows = Object.fromEntries(
  readdirSync(folder).map((file) => [file, parse(readFileSync(join(folder, file), 'utf8')) as Workflow]),
);
const jobs = Object.values(workflows).flatMap((workflow) => Object.values(workflow.jobs));

test('each command of a workflow is there', () => {
  const commands = jobs.flatMap(({ steps = [] }) =>
    steps.flatMap(({ run }) => run?.trim().split('\n') ?? []),
  );
  assert.ok(commands.length >= 5, `${commands.length} commands`);
  for (const command of commands) {
    const [program = '', ...args] = command.split(' ');
    if (program.includes('/')) {
      assert.ok((statSync(join(repository, program)).mode & 0o111) !== 0, `${program} can be run`);
    } else if (program === 'npm') {
      if (args[0] === 'run') assert.ok(args[1]! in manifest.scripts, command);
      else assert.ok(['ci', 'test', 'publish'].includes(args[0]!), command);
    } else {
      // Of GitHub's machines.
      assert.equal(program, 'gh', command);
    }
    for (const path of command.match(/\btest\/[\w/.-]+/g) ?? [])
      assert.ok(existsSync(join(repository, path)), `${path} in: ${command}`);
  }
});

test('each action has a version, and each workflow that is called is there', () => {
  const used = jobs.flatMap((job) => [job.uses, ...(job.steps ?? []).map(({ uses }) => uses)]);
  for (const uses of used.filter((each) => each !== undefined)) {
    if (uses.startsWith('./')) assert.ok(existsSync(join(repository, uses)), uses);
    else assert.match(uses, /^[\w-]+\/[\w-]+@v\d+$/);
  }
});

test('the suite runs with each service that tests need, under the names that they look for it', () => {
  const { services, env } = workflows['ci.yml']!.jobs.everything!;
  const names = { postgres: 'PGHOST', mariadb: 'MYSQL_HOST', redis: 'REDIS_HOST', rabbitmq: 'RABBITMQ_HOST' };
  for (const [service, variable] of Object.entries(names)) {
    assert.match(services![service]!.image, /:\d+$/, service);
    assert.equal(env![variable], service);
  }
  for (const node of workflows['ci.yml']!.jobs.node!.strategy!.matrix.node)
    assert.ok(matrix.nodes.includes(node), `Node.js ${node} is one of test/support/matrix.json`);
});

test('workflows may read only, but for the job that publishes, which has an identity for provenance', () => {
  for (const [file, { permissions, jobs: own }] of Object.entries(workflows)) {
    assert.deepEqual(permissions, { contents: 'read' }, file);
    for (const [name, job] of Object.entries(own))
      assert.deepEqual(
        job.permissions,
        name === 'publish' ? { 'id-token': 'write', contents: 'write' } : undefined,
        `${file}: ${name}`,
      );
  }
  const release = workflows['release.yml']!;
  assert.deepEqual(release.on, { push: { tags: ['v*'] } });
  const { needs, steps } = release.jobs.publish!;
  assert.equal(needs, 'check');
  assert.equal(release.jobs.check!.uses, './.github/workflows/ci.yml');
  assert.ok('workflow_call' in workflows['ci.yml']!.on);
  const publish = steps!.findIndex(({ run }) => run?.startsWith('npm publish '));
  assert.match(steps![publish]!.run!, / --provenance /);
  assert.ok(steps!.findIndex(({ run }) => run?.startsWith('npm run release ')) < publish);
});
