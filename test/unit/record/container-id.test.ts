/** Guards that `container.id` is the container's, from cgroup v1 and v2, and never another number of 64 digits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findContainerId } from '../../../src/record/container-id';

const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90';
const POD = ID.replaceAll('a', 'f');

for (const [name, cgroup, mounts] of [
  ['Docker, cgroup v1', `12:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}\n`, ''],
  ['kubelet, cgroup v1', `11:cpu:/kubepods/burstable/pod4f1c-77/${ID}\n`, ''],
  [
    'containerd with systemd',
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-pod4f_1c.slice/cri-containerd-${ID}.scope\n`,
    '',
  ],
  ['CRI-O', `0::/kubepods.slice/kubepods-pod1.slice/crio-${ID}.scope\n`, ''],
  [
    'Docker, cgroup v2',
    '0::/\n',
    `612 590 254:1 /docker/volumes/${POD}/_data /data rw - ext4 /dev/vda1 rw\n` +
      `613 590 254:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n`,
  ],
  [
    'podman, cgroup v2',
    '0::/\n',
    `1 2 0:24 /containers/storage/overlay-containers/${ID}/userdata/.containerenv /run/.containerenv rw - tmpfs tmpfs rw\n`,
  ],
] as const) {
  test(`container id: ${name}`, () => assert.equal(findContainerId(cgroup, mounts), ID));
}

test('no container id: outside of a container, and where only the sandbox of the pod is named', () => {
  assert.equal(
    findContainerId('0::/user.slice/user-1000.slice/session-1.scope\n', '1 2 8:1 / / rw - ext4 /dev/a rw\n'),
    undefined,
  );
  const sandbox = `1 2 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${POD}/hostname /etc/hostname rw - ext4 /dev/a rw\n`;
  assert.equal(findContainerId('0::/\n', sandbox), undefined);
  assert.equal(findContainerId('', ''), undefined);
});
