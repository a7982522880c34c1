/**
 * Settles settings that exclude each other: collector or agent, user or token.
 * Beside a span's way: last step of resolution for the destination.
 */
import type { Mutable, OptionName, Settings } from './config';
import { BINARY_PORT } from './destination';
import { highest, outranks, type Source } from './source';

/** Changes `settings` and `sources` in place. What lost is undefined, its source `excluded`. */
export function settleDestination(settings: Mutable<Settings>, sources: Record<OptionName, Source>): void {
  if (settings.agentPort === BINARY_PORT && sources.agentProtocol.kind === 'default') {
    settings.agentProtocol = 'binary';
    sources.agentProtocol = sources.agentPort;
  }
  if (settings.endpoint !== undefined) {
    const agent = highest(sources.agentHost, sources.agentPort, sources.agentProtocol);
    if (outranks(agent, sources.endpoint)) {
      settings.endpoint = undefined;
      sources.endpoint = { kind: 'excluded', name: agent.name };
    } else {
      moveCredentials(settings, sources);
    }
  }
  if (settings.user !== undefined && settings.authToken !== undefined) {
    // Of equal rank the user wins, as in Jaeger's Java client.
    if (outranks(sources.authToken, sources.user)) {
      settings.user = undefined;
      settings.password = undefined;
      sources.user = { kind: 'excluded', name: sources.authToken.name };
      sources.password = sources.user;
    } else {
      settings.authToken = undefined;
      sources.authToken = { kind: 'excluded', name: sources.user.name };
    }
  }
}

/** Takes user and password out of the URL, so that it can be shown; where they are set apart, those hold. */
function moveCredentials(settings: Mutable<Settings>, sources: Record<OptionName, Source>): void {
  const url = new URL(settings.endpoint!);
  if (url.username === '' && url.password === '') return;
  if (settings.user === undefined && url.username !== '') {
    settings.user = decoded(url.username);
    sources.user = sources.endpoint;
    if (settings.password === undefined && url.password !== '') {
      settings.password = decoded(url.password);
      sources.password = sources.endpoint;
    }
  }
  url.username = '';
  url.password = '';
  settings.endpoint = url.href;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
