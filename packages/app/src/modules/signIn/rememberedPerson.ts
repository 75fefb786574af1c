const KEY = 'golden-images-demo.signed-in-as';

/**
 * Who signed in, kept over a reload. Every tab of the browser has its own, so
 * that two people can be tried side by side.
 */
export const rememberedPerson = {
  get: () => window.sessionStorage.getItem(KEY) ?? undefined,
  set: (entityRef: string) => window.sessionStorage.setItem(KEY, entityRef),
  forget: () => window.sessionStorage.removeItem(KEY),
};
