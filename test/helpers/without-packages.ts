/** A module, to be imported before others, with which these packages cannot be found. */
export function without(packages: readonly string[]): string {
  const hooks = `export async function resolve(specifier, context, next) {
    if (!${JSON.stringify(packages)}.includes(specifier)) return next(specifier, context);
    throw Object.assign(new Error('Cannot find package ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
  return module(`import { register } from 'node:module'; register(${JSON.stringify(module(hooks))});`);
}
