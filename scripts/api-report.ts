/**
 * Writes docs/api/*.api.md: what each public part declares, as api-extractor reads it from dist/types. A change of the
 * public API shows there, and test/contracts/public-api.test.ts fails until it has been accepted by `npm run api`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import manifest from '../package.json';

const repository = join(__dirname, '..');

/** The parts with types, by their names in the exports map: `index` for the package itself. */
export const parts = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target === 'object' && 'types' in target)
  .map(([name]) => (name === '.' ? 'index' : name.slice(2)));

export function reportFile(part: string): string {
  return join(repository, 'docs/api', `${part}.api.md`);
}

/** What a part declares, types that it names without exporting them among it. */
export function renderReport(part: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-api-'));
  try {
    const { succeeded } = Extractor.invoke(configOf(part, folder), {
      localBuild: true,
      messageCallback(message) {
        // That it has written a file of which this reads the text, and the like.
        if (message.logLevel !== ExtractorLogLevel.Error) message.logLevel = ExtractorLogLevel.None;
      },
    });
    if (!succeeded) throw new Error(`api-extractor could not read the declarations of ${part}`);
    return readFileSync(join(folder, `${part}.api.md`), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function configOf(part: string, folder: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: repository,
      mainEntryPointFilePath: join(repository, 'dist/types', `${part}.d.ts`),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2023'],
            module: 'esnext',
            moduleResolution: 'bundler',
            strict: true,
            skipLibCheck: true,
            types: ['node'],
          },
        },
      },
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFileName: part,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          // Everything is public, without tags that say so.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
          // The agent's settings have types that nobody needs by name; they are in the report.
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
        },
        // `{host}` and the like in comments are meant as they stand.
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(repository, 'package.json'),
  });
}

if (require.main === module) for (const part of parts) writeFileSync(reportFile(part), renderReport(part));
