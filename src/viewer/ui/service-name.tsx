/** A service's name beside its colour. */
import { serviceColor } from './model/service-color';

export function ServiceName({ name, note }: { name: string; note?: string }) {
  return (
    <span className="service-name">
      <span className="service-dot" style={{ background: serviceColor(name) }} aria-hidden="true" />
      {name}
      {note && <span className="quiet"> {note}</span>}
    </span>
  );
}
