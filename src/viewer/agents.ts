/**
 * What is known of each process that sends: what arrived, what it says it lost, and which batches never came.
 * After a span's way: it makes loss visible, since UDP tells nobody.
 */
import type { AgentHealth, Counters, Source } from './api/answers';
import type { ScannedBatch } from './batch-scanner';
import { jsonTags } from './jaeger-trace';

/** More than a developer's machine has processes; the one not heard of for longest goes. */
const MAX_AGENTS = 1000;

interface Agent {
  health: AgentHealth;
  /** Since the sender began to count: the first number seen, the last, and how many there were. */
  first: number;
  last: number;
  count: number;
  /** Lost before it last began anew. */
  lostBefore: number;
}

export class Agents {
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly counters: Counters) {}

  /** Those heard of last come first. */
  list(): AgentHealth[] {
    return [...this.agents.values()].map(({ health }) => health).sort((a, b) => b.lastSeen - a.lastSeen);
  }

  note(batch: ScannedBatch, source: Source, ip: string, bytes: number): void {
    const key = `${source} ${ip} ${batch.processKey}`;
    const now = Date.now() * 1000;
    const agent = this.agents.get(key) ?? this.add(key, batch, source, ip, now);
    const { health } = agent;
    health.lastSeen = now;
    health.batches++;
    health.spans += batch.to - batch.from;
    health.bytes += bytes;
    if (batch.stats !== undefined) {
      health.dropped = {
        fullQueue: batch.stats.fullQueueDroppedSpans,
        tooLarge: batch.stats.tooLargeDroppedSpans,
        failedToEmit: batch.stats.failedToEmitSpans,
      };
    }
    if (batch.seqNo !== undefined) this.number(agent, batch.seqNo);
  }

  private add(key: string, batch: ScannedBatch, source: Source, ip: string, now: number): Agent {
    const { serviceName, tags } = batch.process;
    const tag = (...names: string[]) => {
      for (const name of names) {
        const found = tags.find((each) => each.key === name);
        if (found !== undefined) return String(found.value);
      }
      return '';
    };
    const host = tag('host.name', 'hostname');
    const pid = tag('process.pid', 'pid');
    const health: AgentHealth = {
      id: [serviceName, host, pid || tag('client-uuid', 'service.instance.id')].join('/'),
      service: serviceName,
      host,
      pid,
      ip: tag('ip') || ip,
      version: tag('telemetry.distro.version', 'jaeger.version', 'telemetry.sdk.version'),
      tags: jsonTags(tags),
      source,
      firstSeen: now,
      lastSeen: now,
      batches: 0,
      spans: 0,
      bytes: 0,
      numbered: false,
      lostBatches: 0,
      dropped: { fullQueue: 0, tooLarge: 0, failedToEmit: 0 },
    };
    const agent = { health, first: 0, last: 0, count: 0, lostBefore: 0 };
    this.agents.set(key, agent);
    if (this.agents.size > MAX_AGENTS) {
      const [oldest] = [...this.agents].sort(([, a], [, b]) => a.health.lastSeen - b.health.lastSeen);
      this.agents.delete(oldest![0]);
    }
    return agent;
  }

  /** Packets may overtake each other, so what is missing is counted, not where. */
  private number(agent: Agent, seqNo: number): void {
    const { health } = agent;
    // Far below the last is a sender that counts anew, not a packet that came late.
    const anew = seqNo < agent.last - 1000 || (seqNo <= 1 && agent.last > 1);
    if (!health.numbered || anew) {
      agent.lostBefore = health.lostBatches;
      agent.first = agent.last = seqNo;
      agent.count = 0;
      health.numbered = true;
    }
    agent.count++;
    if (seqNo > agent.last) agent.last = seqNo;
    if (seqNo < agent.first) agent.first = seqNo;
    const lost = agent.lostBefore + Math.max(0, agent.last - agent.first + 1 - agent.count);
    this.counters.lostBatches += lost - health.lostBatches;
    health.lostBatches = lost;
  }
}
