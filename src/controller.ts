/** The public part `tracing-agent/controller`: Kubernetes controllers that trace each processing of an object. Beside a span's way: it makes spans. */
export {
  type Controller,
  createController,
  type StopOptions,
  type StopResult,
} from './controller/controller';
export type {
  ControllerOptions,
  FailureReport,
  Handler,
  HandlerRun,
  InformerLike,
  KubernetesListLike,
  KubernetesObjectLike,
  RetrieverOptions,
  TraceHandlerOptions,
} from './controller/controller-options';
export { type TracedHandler, traceHandler } from './controller/traced-handler';
