// Writes dist/sbom.cdx.json: the packages whose code dist/ holds, in CycloneDX's form. Used by build.mjs.
//
// Neither time nor serial number is in it, so that the same sources make the same file.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library';
import { repository } from './cache.mjs';

/** @param packages of bundled-packages.mjs */
export function writeSbom(packages, dist) {
  const manifest = read('package.json');
  const locked = existsSync(join(repository, 'package-lock.json')) ? read('package-lock.json').packages : {};
  const product = component(Enums.ComponentType.Library, manifest);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      component: product,
      lifecycles: new Models.LifecycleRepository([
        new Models.NamedLifecycle('bundled', { description: 'Their code is part of the files in dist/.' }),
      ]),
    }),
  });
  for (const each of packages) {
    const part = component(Enums.ComponentType.Library, each, locked[each.place]);
    bom.components.add(part);
    product.dependencies.add(part.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const text = serializer.serialize(bom, { sortLists: true, space: 1 });
  writeFileSync(join(dist, 'sbom.cdx.json'), `${text}\n`);
}

function component(type, { name, version, license, description, place }, lock) {
  const [own, group] = name.split('/').reverse();
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const made = new Models.Component(type, own, {
    // A version may be there twice, in two places.
    bomRef: place === undefined ? purl : `${purl}#${place}`,
    group,
    version,
    purl,
    description,
  });
  if (license !== undefined)
    made.licenses.add(
      SPDX.isSupportedSpdxId(license)
        ? new Models.SpdxLicense(license)
        : new Models.NamedLicense(String(license)),
    );
  // The lock file's checksum of the archive that npm installed from.
  if (lock?.integrity?.startsWith('sha512-')) {
    const archive = new Models.ExternalReference(
      `https://registry.npmjs.org/${name}/-/${own}-${version}.tgz`,
      Enums.ExternalReferenceType.Distribution,
    );
    const checksum = Buffer.from(lock.integrity.slice('sha512-'.length), 'base64').toString('hex');
    archive.hashes.set(Enums.HashAlgorithm['SHA-512'], checksum);
    made.externalReferences.add(archive);
  }
  return made;
}

function read(file) {
  return JSON.parse(readFileSync(join(repository, file), 'utf8'));
}
