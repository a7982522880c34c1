/**
 * Posts a real batch to the collector, and says what its answer means; its Date header tells whether clocks agree.
 * Beside a span's way.
 */
import { show } from '../../config/shown-value';
import { postBatch } from '../delivery';
import type { Answer, NoAnswer } from '../http-exchange';
import { otlpUrl, postOtlp } from '../otlp';
import type { Effective } from '../settings';
import { nameFinding } from './check-agent';
import type { Finding } from './finding';
import { DOCTOR_SERVICE, type TestSpans } from './test-spans';

/** Date headers have whole seconds; beyond this, in seconds, spans of two services don't line up. */
const MOST_SKEW = 5;

interface Target {
  readonly check: string;
  readonly url: string;
  readonly setting: string;
  /** The port and path that Jaeger has for it. */
  readonly usual: string;
  readonly post: () => Promise<Answer>;
}

export function collectorFindings({ config, sources }: Effective, spans: TestSpans): Promise<Finding[]> {
  return targetFindings({
    check: 'collector',
    url: config.endpoint!,
    setting: sources.endpoint.name,
    usual: 'http://HOST:14268/api/traces',
    post: () => postBatch(config, spans.packet('http', spans.root(), spans.child())),
  });
}

export function otlpFindings({ config, env }: Effective, spans: TestSpans): Promise<Finding[]> {
  return targetFindings({
    check: 'OTLP collector',
    url: otlpUrl(env),
    setting: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
      ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
      : 'OTEL_EXPORTER_OTLP_ENDPOINT',
    usual: 'http://HOST:4318/v1/traces',
    post: () => postOtlp(env, DOCTOR_SERVICE, [spans.root(), spans.child()], config.timeoutMillis),
  });
}

async function targetFindings(target: Target): Promise<Finding[]> {
  const { check, url, setting } = target;
  const shown = show(url);
  let host: string;
  try {
    host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return [{ check, status: 'fail', found: `${shown} is no URL`, next: `correct ${setting}` }];
  }
  const name = await nameFinding(host, setting);
  if (name.status === 'fail') return [name];
  let answer: Answer;
  try {
    answer = await target.post();
  } catch (error) {
    return [name, { check, status: 'fail', ...unanswered(target, shown, error as NoAnswer) }];
  }
  const { status } = answer;
  if (status >= 200 && status < 300 && !isPage(answer)) {
    return [
      name,
      { check, status: 'ok', found: `${shown} took a batch of two spans (${status})` },
      clockFinding(answer),
    ];
  }
  return [name, { check, status: 'fail', ...refused(target, shown, answer) }];
}

/** A web server's page is a 200, too. */
function isPage({ headers }: Answer): boolean {
  return /text\/html/.test(headers['content-type'] ?? '');
}

function unanswered(
  { setting, usual }: Target,
  url: string,
  error: NoAnswer,
): Pick<Finding, 'found' | 'next'> {
  switch (error.code) {
    case 'ECONNREFUSED':
      return {
        found: `nothing listens at ${url} (ECONNREFUSED)`,
        next: `start the collector, or correct ${setting}; Jaeger's is ${usual}`,
      };
    case 'ETIMEDOUT':
      return {
        found: `${url} does not answer: ${error.message}`,
        next: 'see whether a firewall or network policy drops the connection, and whether the collector is overloaded',
      };
    default:
      if (/^HPE_/.test(error.code) || error.code === 'ECONNRESET' || error.message === 'socket hang up') {
        return {
          found: `what listens at ${url} does not speak HTTP (${error.code || error.message}): a gRPC port, or one for TLS?`,
          next: `set ${setting} to ${usual}`,
        };
      }
      if (error.code === 'EPROTO' || /SSL|TLS|certificate|CERT/i.test(`${error.code} ${error.message}`)) {
        return {
          found: `no TLS connection to ${url}: ${error.message.split('\n')[0]}`,
          next: 'use http:// if the port has no TLS, or set TRACING_AGENT_CA_FILE to the authority of its certificate',
        };
      }
      return { found: `no answer from ${url}: ${error.code || error.message}`, next: `correct ${setting}` };
  }
}

function refused({ setting, usual }: Target, url: string, answer: Answer): Pick<Finding, 'found' | 'next'> {
  const { status } = answer;
  const answered = `${url} answered ${status}`;
  if (status === 401 || status === 403) {
    return {
      found: `${answered}: the credentials are missing or wrong`,
      next: 'set TRACING_AGENT_USER and TRACING_AGENT_PASSWORD, or TRACING_AGENT_AUTH_TOKEN',
    };
  }
  if (status === 404 || status === 405 || status === 415 || (status < 300 && isPage(answer))) {
    return {
      found: `${answered}${status < 300 ? ' with a web page' : ''}: this is another service, or another path, than the collector's`,
      next: `set ${setting} to ${usual}`,
    };
  }
  if (status === 400) {
    return {
      found: `${answered}: it does not understand the batch, so it takes another format`,
      next: `set ${setting} to ${usual}`,
    };
  }
  if (status === 413)
    return {
      found: `${answered}: a batch of two spans is too large for it`,
      next: 'raise the limit of the proxy in front of it',
    };
  if (status === 429 || status === 503) {
    return {
      found: `${answered}: it is overloaded, or not ready`,
      next: "look at the collector's own log, and sample less",
    };
  }
  if (status >= 500)
    return {
      found: `${answered}: it fails inside`,
      next: "look at the collector's own log, and at its storage",
    };
  if (status >= 300 && status < 400) {
    return {
      found: `${answered}: it sends clients elsewhere, which the agent does not follow`,
      next: `set ${setting} to ${show(String(answer.headers.location ?? usual))}`,
    };
  }
  return { found: answered, next: `set ${setting} to ${usual}` };
}

function clockFinding({ headers }: Answer): Finding {
  const check = 'clock';
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs))
    return { check, status: 'skip', found: 'the collector does not say what time it has' };
  const seconds = Math.round((Date.now() - theirs) / 1000);
  if (Math.abs(seconds) <= MOST_SKEW)
    return { check, status: 'ok', found: "agrees with the collector's to some seconds" };
  return {
    check,
    status: 'warn',
    found: `this machine is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the collector: spans lie at the wrong time, and searches of the last hour may miss them`,
    next: 'set both clocks by NTP',
  };
}
