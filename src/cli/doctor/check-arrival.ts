/**
 * Looks for doctor's test spans through Jaeger's query API; where they aren't, tries what else the port may speak.
 * Beside a span's way: the only proof that spans arrive.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProtocol, Config } from '../../config/config';
import { sendToAgent } from '../delivery';
import { findTrace, queryBase } from '../query-api';
import { type Effective, likelyPage } from '../settings';
import { progress } from '../terminal';
import type { Finding } from './finding';
import { TestSpans } from './test-spans';

/** How long spans may take from receiver to storage, in milliseconds. */
const PATIENCE = 8_000;
/** The same where nobody has named the query API. */
const SHORT_PATIENCE = 2_000;
/** After which the other protocol is tried as well. */
const DOUBT = 2_000;
/** Between two looks. */
const PAUSE = 100;

interface Arrival {
  /** The query API that was named; else the usual one beside the destination is tried. */
  readonly query: string | undefined;
  /** Whether the destination has said that it took the spans. */
  readonly taken: boolean;
}

export async function arrivalFinding(
  effective: Effective,
  spans: TestSpans,
  { query, taken }: Arrival,
): Promise<Finding> {
  const check = 'found again';
  const base = query === undefined ? likelyPage(effective.config) : queryBase(query);
  progress(`looking for the test span at ${base}`);
  try {
    const seen = await look(base, effective.config, spans, query === undefined ? SHORT_PATIENCE : PATIENCE);
    if (seen === 'own') return { check, status: 'ok', found: `trace ${spans.traceId} is at ${base}` };
    if (seen === 'other') return { check, status: 'fail', ...spoken(effective.config) };
  } catch (error) {
    if (query === undefined) return unproven(taken, `no query API at ${base}`);
    return {
      check,
      status: taken ? 'warn' : 'unsure',
      found: `${base} could not be asked: ${(error as Error).message}`,
      next: "give --query the address of Jaeger's page, such as http://localhost:16686",
    };
  }
  // It may be another Jaeger's.
  if (query === undefined) return unproven(taken, `the Jaeger at ${base} does not have them`);
  return {
    check,
    status: 'fail',
    found: `the test span was sent, and ${base} does not have it: another Jaeger took it, or its storage fails`,
    next: "see whether the query service reads the storage that the collector writes, and look at the collector's log",
  };
}

function unproven(taken: boolean, why: string): Finding {
  const check = 'found again';
  if (taken) return { check, status: 'skip', found: `${why}; the collector took the spans` };
  return {
    check,
    status: 'unsure',
    found: `UDP does not tell whether anybody read the packets, and ${why}`,
    next: "give --query the address of Jaeger's page, such as http://localhost:16686",
  };
}

/**
 * @returns whether the test spans are there, or those that are sent in the agent's other protocol after a while: packets
 *   in the wrong one arrive as well, and aren't understood
 */
async function look(
  base: string,
  config: Config,
  spans: TestSpans,
  patience: number,
): Promise<'own' | 'other' | undefined> {
  const begun = Date.now();
  const overUdp = config.exporter.includes('jaeger') && config.endpoint === undefined;
  let others: TestSpans | undefined;
  for (; Date.now() - begun <= patience; await delay(PAUSE)) {
    if ((await findTrace(base, spans.traceId)) !== undefined) return 'own';
    if (others !== undefined && (await findTrace(base, others.traceId)) !== undefined) return 'other';
    if (others !== undefined || !overUdp || Date.now() - begun < DOUBT) continue;
    progress(`not there yet; trying Thrift ${otherThan(config.agentProtocol)}`);
    others = new TestSpans();
    await sendToAgent(config, [others.packet(otherThan(config.agentProtocol), others.root())]);
  }
  return undefined;
}

function spoken({ agentHost, agentPort, agentProtocol }: Config): Pick<Finding, 'found' | 'next'> {
  const other = otherThan(agentProtocol);
  return {
    found: `udp://${agentHost}:${agentPort} takes Thrift ${other}, and ${agentProtocol} is spoken`,
    next: `set TRACING_AGENT_AGENT_PROTOCOL=${other}, or the port that takes ${agentProtocol} (6831 compact, 6832 binary)`,
  };
}

function otherThan(protocol: AgentProtocol): AgentProtocol {
  return protocol === 'compact' ? 'binary' : 'compact';
}
