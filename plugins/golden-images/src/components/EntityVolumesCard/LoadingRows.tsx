import Skeleton from '@material-ui/lab/Skeleton';
import { useHiddenStyles } from '../common/useHiddenStyles';

/** Where rows will be. */
export const LoadingRows = () => {
  const classes = useHiddenStyles();
  return (
    <div role="status">
      <span className={classes.hidden}>Looking for volumes …</span>
      <Skeleton width="40%" />
      <Skeleton width="80%" />
    </div>
  );
};
