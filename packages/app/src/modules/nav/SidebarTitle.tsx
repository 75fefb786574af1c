import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import {
  Link,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import StorageIcon from '@material-ui/icons/Storage';

const useStyles = makeStyles(theme => ({
  root: {
    height: 3 * sidebarConfig.logoHeight,
    width: sidebarConfig.drawerWidthClosed,
    display: 'flex',
    alignItems: 'center',
    overflow: 'visible',
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    whiteSpace: 'nowrap',
    color: theme.palette.navigation.selectedColor,
  },
  icon: {
    width: sidebarConfig.drawerWidthClosed,
    textAlign: 'center',
    flexShrink: 0,
  },
}));

export const SidebarTitle = () => {
  const classes = useStyles();
  const { isOpen } = useSidebarOpenState();
  return (
    <div className={classes.root}>
      <Link
        to="/"
        underline="none"
        className={classes.link}
        aria-label="Golden Images demo, home"
      >
        <span className={classes.icon}>
          <StorageIcon fontSize="large" />
        </span>
        {isOpen && <Typography variant="h6">Golden Images</Typography>}
      </Link>
    </div>
  );
};
