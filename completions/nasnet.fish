# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_nasnet_global_optspecs
    string join \n color= q/quiet h/help V/version
end

function __fish_nasnet_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_nasnet_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_nasnet_using_subcommand
    set -l cmd (__fish_nasnet_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c nasnet -n "__fish_nasnet_needs_command" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_needs_command" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_needs_command" -s V -l version -d 'Print version'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "classify" -d 'Print the best classes of images'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "sort" -d 'Sort images into folders named after their answers'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "explain" -d 'Draw where in images the model sees their classes'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "embed" -d 'Write the features of images: the network without its top'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "eval" -d 'Measure the accuracy of a model on labelled images'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "finetune" -d 'Train a new head on class folders, and write a weights file with it'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "bench" -d 'Measure latency and throughput of a model on this machine'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "merge" -d 'Join the jsonl outputs of shards in the order of the inputs'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "info" -d 'Describe a model: architecture, parameters, multiply-adds, origin'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "labels" -d 'List the classes of a model and the WordNet groups above them'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "doctor" -d 'Check this installation: models against Keras\' stored answers, device, cache, environment'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "weights" -d 'Work with weight files'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c nasnet -n "__fish_nasnet_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l files-from -d 'Read paths from a file, one a line (- for stdin)' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l max-depth -d 'Search folders this many levels deep (1: only their own files)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l exclude -d 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l ext -d 'Extensions of image files in folders, in any case [default: those of every supported format]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l shard -d 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l alpha -d 'What happens to transparency' -r -f -a "white\t'A white background'
black\t'A black background'
drop\t'Ignore it and keep the colours'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l decode -d 'The detail of large JPEGs' -r -f -a "exact\t'Every pixel'
fast\t'A fraction of the pixels, at least twice those that resizing needs'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l truncated -d 'What happens to a JPEG or PNG that ends early' -r -f -a "error\t'It is an error'
accept\t'It is answered from what is there'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l max-pixels -d 'Refuse images of more pixels than this' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -s k -l top-k -d 'Classes an image (0: all)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l threshold -d 'Only classes with at least this score' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l scores -d 'What the score of a class is' -r -f -a "probability\t'Softmax over all classes: 0 to 1'
logit\t'The number before softmax'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l classes -d 'Only these classes compete: a list with commas, or a file of one a line' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l rollup -d 'Add the most specific class or WordNet group whose probability is at least P' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l rules -d 'Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l temperature -d 'Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l format -d 'The format of the output [default: by the extension of --output, else table]' -r -f -a "table\t'Text for people'
json\t'One JSON document'
jsonl\t'One JSON record a line, written as soon as it is known'
csv\t'One prediction a row'
parquet\t'One image a row; needs --output and a build with this feature'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -s o -l output -d 'Write to FILE, which appears only once it is complete; - is stdout' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l report -d 'Write an HTML page of thumbnails and their best classes, in one file' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a newline'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l follow -d 'Follow symbolic links in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l hidden -d 'Include hidden files and folders in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l unsorted -d 'Start at once: take the files of a folder in the order in which they are found'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l no-exif -d 'Ignore the EXIF orientation'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l json -d 'Short for --format json'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l force -d 'Replace existing files of --output and --report'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l resume -d 'Continue an interrupted run\'s --output file (jsonl): keep its rows, add the missing ones'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l retry-errors -d 'With --resume, retry images whose row is an error'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l exif -d 'Add capture times and GPS positions of photos to their records'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -l exit-zero -d 'Exit with 0 even if images failed'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand classify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l files-from -d 'Read paths from a file, one a line (- for stdin)' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l max-depth -d 'Search folders this many levels deep (1: only their own files)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l exclude -d 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l ext -d 'Extensions of image files in folders, in any case [default: those of every supported format]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l shard -d 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l into -d 'The folder that gets a folder for each answer' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l min-score -d 'Leave images where they are whose best class (with --rollup: group) has a smaller probability' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l only -d 'Only images whose best class is one of these (indices, wnids or labels)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l alpha -d 'What happens to transparency' -r -f -a "white\t'A white background'
black\t'A black background'
drop\t'Ignore it and keep the colours'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l decode -d 'The detail of large JPEGs' -r -f -a "exact\t'Every pixel'
fast\t'A fraction of the pixels, at least twice those that resizing needs'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l truncated -d 'What happens to a JPEG or PNG that ends early' -r -f -a "error\t'It is an error'
accept\t'It is answered from what is there'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l max-pixels -d 'Refuse images of more pixels than this' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l classes -d 'Only these classes compete: a list with commas, or a file of one a line' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l rollup -d 'Add the most specific class or WordNet group whose probability is at least P' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l rules -d 'Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l temperature -d 'Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a newline'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l follow -d 'Follow symbolic links in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l hidden -d 'Include hidden files and folders in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l unsorted -d 'Start at once: take the files of a folder in the order in which they are found'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l link -d 'Make hard links instead of copies'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l move -d 'Move the images instead of copying them'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l dry-run -d 'Change nothing: print what would go where'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l exit-zero -d 'Exit with 0 even if images failed'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -l no-exif -d 'Ignore the EXIF orientation'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand sort" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l files-from -d 'Read paths from a file, one a line (- for stdin)' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l max-depth -d 'Search folders this many levels deep (1: only their own files)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l exclude -d 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l ext -d 'Extensions of image files in folders, in any case [default: those of every supported format]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l shard -d 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -s o -l output -d 'The folder of the PNG files' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -s k -l top-k -d 'Classes to draw an image, best first' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l threshold -d 'Only classes with at least this probability' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l only -d 'Only images whose best class is one of these (indices, wnids or labels)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l format -d 'The format of the records on stdout, which name the files' -r -f -a "table\t'Text for people'
json\t'One JSON document'
jsonl\t'One JSON record a line, written as soon as it is known'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l alpha -d 'What happens to transparency' -r -f -a "white\t'A white background'
black\t'A black background'
drop\t'Ignore it and keep the colours'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l decode -d 'The detail of large JPEGs' -r -f -a "exact\t'Every pixel'
fast\t'A fraction of the pixels, at least twice those that resizing needs'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l truncated -d 'What happens to a JPEG or PNG that ends early' -r -f -a "error\t'It is an error'
accept\t'It is answered from what is there'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l max-pixels -d 'Refuse images of more pixels than this' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a newline'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l follow -d 'Follow symbolic links in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l hidden -d 'Include hidden files and folders in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l unsorted -d 'Start at once: take the files of a folder in the order in which they are found'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l force -d 'Replace existing files of other content'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l exit-zero -d 'Exit with 0 even if images failed'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -l no-exif -d 'Ignore the EXIF orientation'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l files-from -d 'Read paths from a file, one a line (- for stdin)' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l max-depth -d 'Search folders this many levels deep (1: only their own files)' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l exclude -d 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l ext -d 'Extensions of image files in folders, in any case [default: those of every supported format]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l shard -d 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l alpha -d 'What happens to transparency' -r -f -a "white\t'A white background'
black\t'A black background'
drop\t'Ignore it and keep the colours'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l decode -d 'The detail of large JPEGs' -r -f -a "exact\t'Every pixel'
fast\t'A fraction of the pixels, at least twice those that resizing needs'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l truncated -d 'What happens to a JPEG or PNG that ends early' -r -f -a "error\t'It is an error'
accept\t'It is answered from what is there'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l max-pixels -d 'Refuse images of more pixels than this' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l pooling -d 'How the last feature map becomes features' -r -f -a "avg\t'The mean over all pixels'
max\t'The maximum over all pixels'
none\t'The map itself: height, width, channels'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l format -d 'The format of the output [default: by the extension of --output, else jsonl]' -r -f -a "npy\t'A NumPy array, with the paths in FILE.jsonl'
npz\t'A NumPy archive: features, paths and failures'
safetensors\t'A tensor `features`, with the paths in FILE.jsonl'
jsonl\t'One JSON record a line'
csv\t'One image a row'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -s o -l output -d 'Write to FILE, which appears only once it is complete (npy and safetensors write their paths to FILE.jsonl); - is stdout' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a newline'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l follow -d 'Follow symbolic links in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l hidden -d 'Include hidden files and folders in folders'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l unsorted -d 'Start at once: take the files of a folder in the order in which they are found'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l no-exif -d 'Ignore the EXIF orientation'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l normalize -d 'Scale each image\'s features to length 1'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l force -d 'Replace an existing file of --output'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l resume -d 'Continue an interrupted run\'s --output file (jsonl, npy): keep its rows, add the missing ones'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l retry-errors -d 'With --resume, retry images whose row is an error'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -l exit-zero -d 'Exit with 0 even if images failed'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand embed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l labels-file -d 'The class of each image: lines `path,label` (a wnid, a name or an index), or one label a line for the images of DIR in the order of their names' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l synsets -d 'The wnids that numbers in --labels-file count through, from 1 (for ILSVRC2012_validation_ground_truth.txt)' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l alpha -d 'What happens to transparency' -r -f -a "white\t'A white background'
black\t'A black background'
drop\t'Ignore it and keep the colours'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l decode -d 'The detail of large JPEGs' -r -f -a "exact\t'Every pixel'
fast\t'A fraction of the pixels, at least twice those that resizing needs'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l truncated -d 'What happens to a JPEG or PNG that ends early' -r -f -a "error\t'It is an error'
accept\t'It is answered from what is there'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l max-pixels -d 'Refuse images of more pixels than this' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l temperature -d 'Divide logits by T before softmax [default: what the weights file records, else 1]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -s o -l output -d 'The weights file of --calibrate' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l format -d 'The format of the output' -r -f -a "table\t'Text for people'
json\t'One JSON document'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l report -d 'Write an HTML page with plots and the worst mistakes, in one file' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l no-exif -d 'Ignore the EXIF orientation'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l calibrate -d 'Fit a temperature to these images, and write a weights file that records it'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l json -d 'Short for --format json'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -l force -d 'Replace existing files of --report and --output'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand eval" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -s o -l output -d 'The weights file to write: the whole network with its new head and labels' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l holdout -d 'The share of each class that is held out to stop in time and to measure accuracy' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l steps -d 'Training steps, at most' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l seed -d 'The seed of the choice of images that are held out' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l alpha -d 'What happens to transparency' -r -f -a "white\t'A white background'
black\t'A black background'
drop\t'Ignore it and keep the colours'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l decode -d 'The detail of large JPEGs' -r -f -a "exact\t'Every pixel'
fast\t'A fraction of the pixels, at least twice those that resizing needs'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l truncated -d 'What happens to a JPEG or PNG that ends early' -r -f -a "error\t'It is an error'
accept\t'It is answered from what is there'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l max-pixels -d 'Refuse images of more pixels than this' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l force -d 'Replace an existing HEAD'
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -l no-exif -d 'Ignore the EXIF orientation'
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand finetune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -s m -l model -d 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l labels -d 'The names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l iterations -d 'Timed forward passes' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l warmup -d 'Forward passes before the timed ones' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l format -d 'The format of the output' -r -f -a "table\t'Text for people'
json\t'One JSON document'"
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -l profile -d 'Time each step of the network'
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand bench" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -l format -d 'The format of the output [default: by the extension of --output, else jsonl]' -r -f -a "jsonl\t'The rows as they are'
parquet\t'One image a row; needs --output and a build with this feature'"
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -s o -l output -d 'Write to FILE, which appears only once it is complete' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -l incomplete -d 'Join what exists: inputs may be unanswered, changed between the runs, or named twice'
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -l force -d 'Replace an existing file of --output'
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l layers -d 'List every layer'
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l plan -d 'List the fused steps that the CPU engine runs'
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l labels -d 'Names of the classes: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l groups -d 'List the WordNet groups above the classes, and how many classes each one has'
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand labels" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -s m -l model -d 'mobile, large, tiny, hf:OWNER/NAME[/FILE][@REVISION], or a weights file [default: tiny, and the published models that are on this machine]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l device -d 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l threads -d 'Threads to use [default: one per core]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l dtype -d 'The number type of the arithmetic; anything but f32 needs --device cuda' -r -f -a "f32\t'32-bit floats'
tf32\t'TensorFloat-32 products, 32-bit sums'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l batch-size -d 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "list" -d 'List the models that have names, and what is on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "fetch" -d 'Download weights and print where they are'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "verify" -d 'Check every byte of weights on this machine [default: all]'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "path" -d 'Print the paths of weights on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "remove" -d 'Remove weights from this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "pack" -d 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "unpack" -d 'Install the weights of a packed file'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "import" -d 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and not __fish_seen_subcommand_from list fetch verify path remove pack unpack import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from list" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from list" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from fetch" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from fetch" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from fetch" -l refresh -d 'Ask the Hub whether a branch or tag has moved'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from fetch" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from fetch" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from fetch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from verify" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from verify" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from verify" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from path" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from path" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from path" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from remove" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from remove" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from remove" -l all -d 'Everything that `nasnet weights list` shows as on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from pack" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from pack" -l offline -d 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from pack" -l force -d 'Replace an existing OUT.tar'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from pack" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from pack" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from pack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from unpack" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from unpack" -l json -d 'Print JSON'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from unpack" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from unpack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -s o -l output -d 'The safetensors file to write' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l dtype -d 'The number type to store [default: the file\'s own]' -r -f -a "f32\t'32-bit floats'
f16\t'16-bit IEEE floats'
bf16\t'bfloat16'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l name -d 'The name to record [default: the file\'s name]' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l notes -d 'A JSON file of notes to record, such as training data and accuracy' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l size -d 'Input size in pixels: a side, or height x width' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l skip-reduction -d 'Whether the cells after a reduction skip its input, as in Large' -r -f -a "true\t''
false\t''"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l dialect -d 'How strided pools treat the border' -r -f -a "keras\t'As Keras: zeros count in maxima and averages'
slim\t'As TF-slim: zeros never count'
timm\t'As timm: zeros count in averages only'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l labels -d 'The names of the classes to record: one a line, or a class-index JSON' -r -F
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l preset -d 'The reference whose resizing and cropping is used [default: what the model records, else timm]' -r -f -a "timm\t'Resize the short side, crop the centre, bicubic'
keras\t'Resize both sides whatever the aspect ratio, nearest'
slim\t'Crop the centre, then resize both sides, bilinear (as TensorFlow 1)'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l resize -d 'What happens to an image whose aspect ratio is not the input\'s' -r -f -a "crop\t'Cut off what is too long'
squash\t'Change the aspect ratio'
pad\t'Keep everything and fill the rest'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l filter -d 'How pixels are resampled' -r -f -a "nearest\t'The nearest pixel'
box\t'The mean of the pixels below'
bilinear\t'Linear'
bicubic\t'Cubic'
lanczos\t'Lanczos with three lobes'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l crop-pct -d 'The share of the short side that a crop keeps, at most 1' -r
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -l force -d 'Replace an existing OUT'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the models that have names, and what is on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "fetch" -d 'Download weights and print where they are'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Check every byte of weights on this machine [default: all]'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print the paths of weights on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove weights from this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "pack" -d 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "unpack" -d 'Install the weights of a packed file'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "import" -d 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is'
complete -c nasnet -n "__fish_nasnet_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c nasnet -n "__fish_nasnet_using_subcommand completions" -l color -d 'Colour in tables and messages' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Also in pipes and files'
never\t'Nowhere'"
complete -c nasnet -n "__fish_nasnet_using_subcommand completions" -s q -l quiet -d 'No notes and no progress on stderr, only errors'
complete -c nasnet -n "__fish_nasnet_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "classify" -d 'Print the best classes of images'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "sort" -d 'Sort images into folders named after their answers'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "explain" -d 'Draw where in images the model sees their classes'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "embed" -d 'Write the features of images: the network without its top'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "eval" -d 'Measure the accuracy of a model on labelled images'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "finetune" -d 'Train a new head on class folders, and write a weights file with it'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "bench" -d 'Measure latency and throughput of a model on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "merge" -d 'Join the jsonl outputs of shards in the order of the inputs'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "info" -d 'Describe a model: architecture, parameters, multiply-adds, origin'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "labels" -d 'List the classes of a model and the WordNet groups above them'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "doctor" -d 'Check this installation: models against Keras\' stored answers, device, cache, environment'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "weights" -d 'Work with weight files'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and not __fish_seen_subcommand_from classify sort explain embed eval finetune bench merge info labels doctor weights completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "list" -d 'List the models that have names, and what is on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "fetch" -d 'Download weights and print where they are'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "verify" -d 'Check every byte of weights on this machine [default: all]'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "path" -d 'Print the paths of weights on this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "remove" -d 'Remove weights from this machine'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "pack" -d 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "unpack" -d 'Install the weights of a packed file'
complete -c nasnet -n "__fish_nasnet_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "import" -d 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is'
