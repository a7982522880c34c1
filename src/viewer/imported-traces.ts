/**
 * Reads a file of traces: Jaeger's JSON in its three forms, OTLP JSON, or lines of either.
 * After a span's way: how traces of another day or machine come into the viewer.
 */
import type { JaegerProcess, JaegerSpan, JaegerTag } from '../thrift/jaeger';
import { REFERENCE_TYPE, TAG_TYPE } from '../thrift/jaeger';
import type { SpanBatch } from './batch-writer';
import { tagType } from './jaeger-trace';
import { batchesOfOtlp, type OtlpRequest } from './otlp';

/** The text is no JSON, or no traces; `position` counts characters from 0, `line` from 1, where Node tells them. */
export class ImportError extends Error {
  override readonly name = 'ImportError';

  constructor(
    message: string,
    readonly position?: number,
    readonly line?: number,
  ) {
    super(message);
  }
}

interface Imported {
  batches: SpanBatch[];
  skipped: { index: number; why: string }[];
}

type Loose = Record<string, unknown>;

export function readTraces(text: string): Imported {
  const imported: Imported = { batches: [], skipped: [] };
  documents(text).forEach((document, index) => {
    for (const each of tracesOf(document)) {
      try {
        addTrace(imported, each, index);
      } catch (error) {
        imported.skipped.push({ index, why: (error as Error).message });
      }
    }
  });
  if (imported.batches.length === 0)
    throw new ImportError(imported.skipped[0]?.why ?? "no trace in Jaeger's JSON or OTLP's");
  return imported;
}

/** One document, or one a line. */
function documents(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n');
    const found: unknown[] = [];
    let at = 0;
    for (const [index, line] of lines.entries()) {
      if (line.trim() !== '') {
        try {
          found.push(JSON.parse(line));
        } catch {
          // Lines that had been whole make it lines; else the message about the whole says more.
          if (found.length > 0) throw new ImportError(`line ${index + 1} is no JSON`, at, index + 1);
          const { message } = error as Error;
          const position = /position (\d+)/.exec(message)?.[1];
          if (position === undefined) throw new ImportError(`no JSON: ${message}`);
          const before = text.slice(0, Number(position));
          throw new ImportError(`no JSON: ${message}`, Number(position), before.split('\n').length);
        }
      }
      at += line.length + 1;
    }
    return found;
  }
}

function tracesOf(document: unknown): unknown[] {
  if (Array.isArray(document)) return document;
  const data = (document as Loose | null)?.data;
  return Array.isArray(data) ? data : [document];
}

function addTrace(imported: Imported, trace: unknown, index: number): void {
  if (typeof trace !== 'object' || trace === null) throw new Error('no trace: not an object');
  const { resourceSpans, spans, processes } = trace as Loose;
  if (Array.isArray(resourceSpans)) {
    const { batches, rejected } = batchesOfOtlp(trace as OtlpRequest);
    imported.batches.push(...batches);
    if (rejected > 0) imported.skipped.push({ index, why: `${rejected} spans without valid ids` });
    return;
  }
  if (!Array.isArray(spans)) throw new Error('no trace: neither "spans" nor "resourceSpans"');
  const byProcess = new Map<string, JaegerSpan[]>();
  for (const span of spans) {
    try {
      const process = String((span as Loose).processID ?? '');
      const list = byProcess.get(process) ?? [];
      list.push(spanOf(span as Loose));
      byProcess.set(process, list);
    } catch (error) {
      imported.skipped.push({ index, why: (error as Error).message });
    }
  }
  for (const [id, list] of byProcess)
    imported.batches.push({ process: processOf((processes as Loose | undefined)?.[id]), spans: list });
}

function processOf(process: unknown): JaegerProcess {
  const { serviceName, tags } = (process ?? {}) as Loose;
  return { serviceName: typeof serviceName === 'string' ? serviceName : '', tags: tagsOf(tags) };
}

function spanOf(span: Loose): JaegerSpan {
  const traceId = idOf(span.traceID, 32);
  const references = objects(span.references).map((each) => ({
    type: each.refType === 'FOLLOWS_FROM' ? REFERENCE_TYPE.followsFrom : REFERENCE_TYPE.childOf,
    traceId: idOf(each.traceID, 32),
    spanId: idOf(each.spanID, 16),
  }));
  // The first is the parent, as the query API writes it.
  const parent = references[0]?.type === REFERENCE_TYPE.childOf && references[0].traceId === traceId;
  return {
    traceId,
    spanId: idOf(span.spanID, 16),
    parentSpanId: parent ? references.shift()!.spanId : '0'.repeat(16),
    operationName: String(span.operationName ?? ''),
    references,
    flags: 1,
    startTime: number(span.startTime),
    duration: number(span.duration),
    tags: tagsOf(span.tags),
    logs: objects(span.logs).map((log) => ({ timestamp: number(log.timestamp), fields: tagsOf(log.fields) })),
  };
}

function tagsOf(tags: unknown): JaegerTag[] {
  return objects(tags).map(({ key, type, value }) => {
    const tag = { key: String(key), type: tagType(String(type)) };
    if (tag.type === TAG_TYPE.bool) return { ...tag, value: value === true || value === 'true' };
    if (tag.type === TAG_TYPE.double) return { ...tag, value: Number(value) };
    if (tag.type === TAG_TYPE.binary) return { ...tag, value: Buffer.from(String(value), 'base64') };
    if (tag.type !== TAG_TYPE.long) return { ...tag, value: String(value) };
    const whole = /^-?\d{1,20}$/.test(String(value)) ? BigInt.asIntN(64, BigInt(String(value))) : 0n;
    return { ...tag, value: Number.isSafeInteger(Number(whole)) ? Number(whole) : whole };
  });
}

function idOf(value: unknown, digits: number): string {
  if (typeof value !== 'string' || value.length > digits || !/^[\da-f]+$/i.test(value))
    throw new Error(`no id: ${JSON.stringify(value)?.slice(0, 60)}`);
  return value.toLowerCase().padStart(digits, '0');
}

function number(value: unknown): number {
  const found = Math.trunc(Number(value));
  if (!Number.isSafeInteger(found)) throw new Error(`no time: ${JSON.stringify(value)?.slice(0, 60)}`);
  return found;
}

function objects(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}
