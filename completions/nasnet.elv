set edit:completion:arg-completer[nasnet] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) NASNET_COMPLETE="elvish" nasnet -- $@words) | to-lines
}
