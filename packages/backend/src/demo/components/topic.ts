/** Event topic: a component was published into the demo's folder. */
export const COMPONENT_PUBLISHED = 'demo.component-published';
