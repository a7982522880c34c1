/**
 * One connected UDP socket to one address of an agent.
 * Last station of a span's way: part of `udp-transport`.
 */
import type { Socket } from 'node:dgram';
import { contained } from '../../diagnostics/contain';

type SendAnswer = (error: NodeJS.ErrnoException | null) => void;

interface UdpConnectionOptions {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** The socket's send buffer is made no smaller: some systems refuse datagrams above it. */
  readonly maxBytes: number;
  /** Keeps the process alive. */
  readonly held: boolean;
  /** Errors that no single send answers for; the socket stays open. */
  readonly onError: (error: NodeJS.ErrnoException) => void;
}

export class UdpConnection {
  readonly address: string;
  /** Whether errors come back before the next send: then one send without an error clears those before. */
  readonly local: boolean;
  /** Whether the address is one of this machine: then it is the sender's own address too, or loopback. */
  readonly sameMachine: boolean;
  readonly ownPort: number;
  readonly #socket: Socket;

  /** Connected once it returns. @throws what the system says where it has no way to the address */
  constructor({ address, port, maxBytes, held, onError }: UdpConnectionOptions) {
    const { createSocket } = require('node:dgram') as typeof import('node:dgram');
    this.address = address;
    this.local = address === '::1' || address.startsWith('127.');
    const family = familyOf(address);
    let failed: NodeJS.ErrnoException | undefined;
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // The address is known: answering in the same tick makes `connect` synchronous, also while the process exits.
      lookup: (
        host: string,
        _options: unknown,
        answer: (error: null, address: string, family: number) => void,
      ) => answer(null, familyOf(host) === 0 ? address : host, family),
    } as import('node:dgram').SocketOptions);
    this.#socket = socket;
    socket.on(
      'error',
      contained('udp', (error: NodeJS.ErrnoException) => {
        failed = error;
        onError(error);
      }),
    );
    try {
      socket.connect(port, address);
      if (!held) socket.unref();
      // Throws where the kernel's connect has failed; Node tells so by an event in a later tick.
      socket.remoteAddress();
      const own = socket.address();
      this.ownPort = own.port;
      this.sameMachine = this.local || own.address === address;
    } catch (error) {
      socket.removeAllListeners('error');
      socket.on('error', () => {});
      this.close();
      throw failed ?? error;
    }
    try {
      if (socket.getSendBufferSize() < maxBytes) socket.setSendBufferSize(2 * maxBytes);
    } catch {
      // The system's own size, then.
    }
  }

  /** @returns whether the kernel has taken, or refused, the packet in this call; `answer` comes in a later tick */
  send(packet: Buffer, answer: SendAnswer): boolean {
    const before = this.#queued();
    this.#socket.send(packet, contained('udp', answer));
    return before !== undefined && this.#queued() === before;
  }

  hold(alive: boolean): void {
    try {
      if (alive) this.#socket.ref();
      else this.#socket.unref();
    } catch (error) {
      // Rather no socket than one that keeps the process.
      this.close();
      throw error;
    }
  }

  /** Undefined where the socket doesn't tell: that is no reason to lose a packet. */
  #queued(): number | undefined {
    try {
      return this.#socket.getSendQueueCount();
    } catch {
      return undefined;
    }
  }

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // Closed before, by its own failure.
    }
  }
}

/** 4, 6, or 0 for a name. `net` is read with the first span, not at start. */
export function familyOf(host: string): number {
  return (require('node:net') as typeof import('node:net')).isIP(host);
}
