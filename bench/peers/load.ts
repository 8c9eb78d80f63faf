/** Imports a package that is installed beside this file. Types of it there are none: nobody but the bench installs it. */
export function load(name: string): Promise<unknown> {
  return import(name);
}
