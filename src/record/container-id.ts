/**
 * Finds the id of the container that the process runs in, for the resource. Fourth station of a span's way: asked once.
 *
 * No file says it outright. https://opentelemetry.io/docs/specs/semconv/resource/container/ has the attribute.
 */
import { readFileSync } from 'node:fs';

/** cgroup v1, and v2 without a namespace of its own: `…/docker/<id>`, `…/cri-containerd-<id>.scope`, `…/crio-<id>`. */
const IN_CGROUP = /[/:-]([0-9a-f]{64})(?:\.scope)?$/m;
/**
 * cgroup v2 shows only `0::/`, but the files that the runtime mounts lie in a folder of the container's name: Docker's
 * `/etc/hostname`, and `.containerenv` of podman and CRI-O. containerd's `sandboxes/<id>` names the pod's sandbox.
 */
const IN_MOUNTS =
  /\/containers\/([0-9a-f]{64})\/(?:hostname|resolv\.conf|hosts) |\/overlay-containers\/([0-9a-f]{64})\/userdata\/\.containerenv /;

/** @param cgroup the text of /proc/self/cgroup @param mounts that of /proc/self/mountinfo */
export function findContainerId(cgroup: string, mounts: string): string | undefined {
  const inCgroup = IN_CGROUP.exec(cgroup)?.[1];
  if (inCgroup !== undefined) return inCgroup;
  const inMounts = IN_MOUNTS.exec(mounts);
  return inMounts?.[1] ?? inMounts?.[2];
}

/** Undefined outside of a container, and on systems without /proc. */
export function containerId(): string | undefined {
  return findContainerId(read('/proc/self/cgroup'), read('/proc/self/mountinfo'));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
