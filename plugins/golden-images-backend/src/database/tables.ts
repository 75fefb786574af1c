/** Names of tables that several stores read. */
export const TRACKED_TABLE = 'tracked_objects';
