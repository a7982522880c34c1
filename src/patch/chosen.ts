/**
 * Decides which instrumentations the settings ask for.
 * Second station of a span's way: rows that aren't asked for are not watched for.
 */
import type { Config } from '../config/config';

type Choice = Pick<
  Config,
  | 'enabledInstrumentations'
  | 'disabledInstrumentations'
  | 'additionalInstrumentations'
  | 'instrumentationOptions'
>;

interface Row {
  readonly instrumentation: string;
  readonly always?: true;
}

/**
 * @param byDefault whether a row is wanted where no list says anything
 * @returns whether a row is wanted
 */
export function chosenBy(config: Choice): (row: Row, byDefault?: boolean) => boolean {
  const enabled = config.enabledInstrumentations?.map(plain);
  const disabled = config.disabledInstrumentations.map(plain);
  const additional = config.additionalInstrumentations.map(plain);
  // As it mostly is: then no name of the registry, which are asked one by one at start, needs to be put in order.
  const unlisted = enabled === undefined && disabled.length === 0 && additional.length === 0;
  return ({ instrumentation, always }, byDefault = true) => {
    if (always) return true;
    // Each of OpenTelemetry's instrumentations takes the option `enabled`.
    const own = config.instrumentationOptions[instrumentation]?.enabled;
    if (own === false) return false;
    if (unlisted) return byDefault || own === true;
    const name = plain(instrumentation);
    if (disabled.includes(name)) return false;
    return (enabled?.includes(name) ?? byDefault) || additional.includes(name) || own === true;
  };
}

/** A variable's name can't hold the dot of `socket.io`. */
function plain(name: string): string {
  return name.replaceAll(/[._]/g, '-');
}
