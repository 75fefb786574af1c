export interface Config {
  /** Only for the demo portal; `scripts/demo.mjs` is what sets `enabled`. */
  demo?: {
    /** Switches the demo's sign-in on, with which anyone can be anybody. */
    enabled?: boolean;
    /**
     * Whom the sign-in page offers.
     * @deepVisibility frontend
     */
    people?: Array<{
      /** Full entity reference of a user in the catalog. */
      entityRef: string;
      title: string;
      description: string;
    }>;
    /** Folder in which the template action `demo:publish` keeps components. */
    componentsDirectory?: string;
  };
}
