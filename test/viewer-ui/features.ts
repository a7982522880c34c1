/** What the page has, and the test that drives it: features.test.ts holds that each exists, and that none is left out. */

export const FEATURES: Record<string, string[]> = {
  'live list of traces': [
    'a new trace appears in the list by itself, and only where it matches',
    'the live list can be stopped',
  ],
  'search by service, operation, tags, duration, time, errors': [
    'all services are searched at first, newest first',
    'service, operation, duration and errors narrow the list, and the address keeps them',
    'tags, a custom time and the number of traces are part of the search',
  ],
  'search over all services with OR, NOT and wildcard': [
    'the query … finds … over all services',
    'a wrong query is said at its place',
  ],
  autocomplete: ['fields, tags and values are completed from what has arrived'],
  'scatter plot': ['a point of the scatter plot opens its trace'],
  'columns of chosen tags, order': ['the order, chosen tags as columns, and the scatter plot'],
  'look-up by id': ['a trace is looked up by its id, and by a whole traceparent or uber-trace-id'],
  'timeline: collapse, keys': ['keys walk, close and open the tree; Escape closes the details'],
  'timeline: zoom, mini-map': ['a drag over the mini-map zooms, a click on it zooms out'],
  'timeline: critical path, idle gaps squeezed, hide short spans': [
    'the switches of the view: idle time, gaps, clocks, the critical path, short spans',
  ],
  'uninstrumented gaps shown': ['a stretch without spans below is shown as a gap'],
  'service filter': ['a service is switched off, and what was below it stays'],
  'resizable columns': ['the column of names is made wider, by the mouse and by keys'],
  'span detail: tags, process, logs, statements highlighted': [
    'a trace of the shop: details with tags, process and the coloured statement',
    'a Redis command of the shop is highlighted too',
    'the events of a span, in its details and in a table by time',
  ],
  'warnings: clock skew, missing parents': [
    'N+1 queries, clock skew, sampling and idle time are said aloud',
    'a missing parent is explained',
  ],
  'flame graph': ['the flame graph: a box at full width, and the way to the timeline'],
  'call graph': ['the graph of the trace’s calls leads to their spans'],
  'statistics by operation': ['statistics, grouped and grouped again, lead to the spans'],
  'spans and events as tables': ['spans as a table that sorts, and all events by time'],
  'comparison of two traces': ['two traces are picked in the list and compared'],
  'comparison of two sets of traces': [
    'two searches are compared: durations of their traces, errors, operations',
    'plain Jaeger: two searches are compared from their traces',
  ],
  'monitor: P50, P75, P95, error rate, rate, operations with impact': [
    'a service over time: latencies, error rate, request rate, and operations with impact',
    'plain Jaeger: it has no metrics, which is said',
  ],
  'time zone': ['times are written as here or in UTC, and the choice is kept'],
  'service map with rates, errors, latencies, drill-down': [
    'the service map has rates, errors and latencies, and leads to operations and their traces',
  ],
  '“why was this sampled”': ['why a trace of the shop was sampled'],
  'health counters of connected agents': ['the agents of the shop and their health'],
  'loss made visible': [
    'loss is made visible: batches that never came, spans an agent dropped, packets that were none',
  ],
  'deep links: search, zoom, collapse, selection': [
    'a link holds view, zoom, collapse and selection',
    'Jaeger UI’s link to a span shows it: ?uiFind=<span id>',
  ],
  'link patterns': ['tags and the trace become links by patterns'],
  'copy as curl, JSON': ['the trace as JSON, to read, to copy and as a file'],
  'import, export': [
    'a file of Jaeger’s JSON is imported, and its traces are linked whatever their age',
    'a file is dropped on the page',
    'OTLP JSON and lines of JSON are imported',
    'the search is exported as a file of Jaeger’s JSON',
    'what is found, and one trace, are exported as OTLP JSON',
  ],
  'repeated siblings grouped, the N+1 query said aloud': [
    'repeated siblings are one row, which opens into its members',
  ],
  'find: matches marked, only matches': [
    'find marks, counts and steps, and shows only what matches',
    'what a search found is marked in the trace',
  ],
  'subtree focus': ['one subtree alone, and back'],
  'live push of partial traces': ['a trace that is waited for appears, and grows as its spans arrive'],
  '10,000 spans': ['10,000 spans are scrolled with only the rows in sight'],
  'embedded as Jaeger UI': ['in a frame the page’s head is left out, as with Jaeger UI’s uiEmbed'],
  'WCAG AA in light, dark, narrow': [
    '… is readable, …',
    'an empty list says what to do',
    'the switch of colours',
  ],
  'plain Jaeger': [
    'plain Jaeger: the page searches all services itself, with the whole query language',
    'plain Jaeger: completion offers services',
    'plain Jaeger: the service map is made from traces',
    'plain Jaeger: it knows no agents, which is said',
  ],
};
