/** Names of tables that several stores read. */
export const TRACKED_TABLE = 'tracked_objects';
export const ACTIVITY_TABLE = 'activity';
