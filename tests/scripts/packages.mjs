// The npm packages that some tests need, of tests/node_modules.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Ends the test as skipped when a package is not there. */
export function needPackages(...names) {
  for (const name of names) {
    if (!existsSync(fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url)))) {
      console.log(`skipped: tests/node_modules has no ${name} (run scripts/setup test)`);
      process.exit(77);
    }
  }
}
