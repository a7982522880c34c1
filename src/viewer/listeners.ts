/**
 * The viewer's open ports: each that is taken is named in the error, and all are closed at once.
 * After a span's way: between the viewer's start, its receivers and its API.
 */
import { type HttpOptions, listen } from './http-server';
import type { Intake } from './intake';
import { listenUdp } from './receivers';

interface ListenersOptions {
  /** The address that all listen on. */
  host: string;
  /** Names by which browsers may ask beside loopback's. */
  allowedHosts: readonly string[];
  intake: Intake;
}

export class Listeners {
  /** Ports of the UDP sockets. */
  readonly udpPorts: number[] = [];
  private readonly open: { close(): Promise<void> }[] = [];

  constructor(private readonly options: ListenersOptions) {}

  /**
   * @param name what it is for, in refusals and errors
   * @param port 0 takes a free one
   * @returns its address, `http://127.0.0.1:16686`
   */
  async http(
    name: string,
    port: number,
    { handle, anyHost }: Pick<HttpOptions, 'handle' | 'anyHost'>,
  ): Promise<string> {
    const { host, allowedHosts, intake } = this.options;
    const listening = await listen({ host, port, name, intake, allowedHosts, anyHost, handle }).catch(
      taken(name, port),
    );
    this.open.push(listening);
    return listening.url;
  }

  /** The same for packets. @returns its address, `127.0.0.1:6831` */
  async udp(name: string, port: number, onPacket: (packet: Buffer, from: string) => void): Promise<string> {
    const { host } = this.options;
    const receiver = await listenUdp(host, port, onPacket).catch(taken(name, port));
    this.open.push(receiver);
    this.udpPorts.push(receiver.port);
    return `${host}:${receiver.port}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.open.map((each) => each.close()));
  }
}

function taken(name: string, port: number): (error: NodeJS.ErrnoException) => never {
  return (cause) => {
    const { code, message } = cause;
    const why = code === 'EADDRINUSE' ? 'another process listens there' : message;
    const error = new Error(`the viewer can't listen on port ${port} for ${name}: ${why}`, { cause });
    throw Object.assign(error, { code });
  };
}
