export {
  EntityVolumesCard,
  type EntityVolumesCardProps,
} from './EntityVolumesCard';
