complete --keep-order --exclusive --command nasnet --arguments "(NASNET_COMPLETE=fish nasnet -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
