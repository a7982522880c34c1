/** What `/api/agents` answers: the senders, and the receiver's own counters (docs/viewer-api.md). */

export interface Agent {
  id: string;
  service: string;
  host: string;
  pid: string;
  ip: string;
  version: string;
  source: string;
  /** Microseconds since the epoch. */
  firstSeen: number;
  lastSeen: number;
  batches: number;
  spans: number;
  bytes: number;
  /** Whether it numbers its batches; without, lost ones can't be seen. */
  numbered: boolean;
  lostBatches: number;
  dropped: { fullQueue: number; tooLarge: number; failedToEmit: number };
}

export interface AgentsAnswer {
  agents: Agent[];
  counters: Record<string, number>;
  addresses: Record<string, string | null>;
  memory: { bytes: number; maxBytes: number; spans: number; traces: number; file: string | null };
  refused: { at: number; from: string; port: string; bytes: number; why: string }[];
}

/** Counters that stand for something lost, and what each says. */
const LOSSES: Record<string, string> = {
  malformed: 'packets or bodies that were no batch of spans',
  tooLarge: 'bodies over the limit',
  refusedRequests: 'requests refused for their type, method, host or origin',
  kernelDropped: 'packets dropped by the kernel, since they came faster than they were read',
  lostBatches: 'batches lost on the way, by their missing numbers',
  evictedSpans: 'spans removed to keep within the memory',
  fileErrors: 'failed writes of the file',
};

/** A sentence for each loss; empty where nothing was lost. */
export function losses({ counters, agents }: AgentsAnswer): string[] {
  const found = Object.entries(LOSSES)
    .filter(([name]) => (counters[name] ?? 0) > 0)
    .map(([name, text]) => `${counters[name]!.toLocaleString('en')} ${text}`);
  for (const agent of agents) {
    const dropped = droppedBy(agent);
    if (dropped > 0)
      found.push(
        `${dropped.toLocaleString('en')} spans dropped by ${agent.service} (${agent.host}, process ${agent.pid}) itself`,
      );
  }
  return found;
}

export function droppedBy({ dropped }: Agent): number {
  return dropped.fullQueue + dropped.tooLarge + dropped.failedToEmit;
}
