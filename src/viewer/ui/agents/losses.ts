/** What the answer of `/api/agents` says of loss, in sentences. */
import type { AgentHealth, AgentsAnswer, Counters } from '../../api/answers';

/** Counters that stand for something lost, and what each says. */
const LOSSES: Partial<Record<keyof Counters, string>> = {
  malformed: 'packets or bodies that were no batch of spans',
  tooLarge: 'bodies over the limit',
  kernelDropped: 'packets dropped by the kernel, since they came faster than they were read',
  lostBatches: 'batches lost on the way, by their missing numbers',
  fileErrors: 'failed writes of the file',
};

/** A sentence for each loss; empty where nothing was lost. */
export function losses({ counters, agents }: Pick<AgentsAnswer, 'counters' | 'agents'>): string[] {
  const found = (Object.keys(LOSSES) as (keyof Counters)[])
    .filter((name) => counters[name] > 0)
    .map((name) => `${counters[name].toLocaleString('en')} ${LOSSES[name]}`);
  for (const agent of agents) {
    const dropped = droppedBy(agent);
    if (dropped > 0)
      found.push(
        `${dropped.toLocaleString('en')} spans dropped by ${agent.service} (${agent.host || agent.ip}${agent.pid && `, process ${agent.pid}`}) itself`,
      );
  }
  return found;
}

export function droppedBy({ dropped }: AgentHealth): number {
  return dropped.fullQueue + dropped.tooLarge + dropped.failedToEmit;
}
