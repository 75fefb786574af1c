export { TrackingMetrics } from './TrackingMetrics';
