
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'nasnet' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'nasnet'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'nasnet' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Print the best classes of images')
            [CompletionResult]::new('sort', 'sort', [CompletionResultType]::ParameterValue, 'Sort images into folders named after their answers')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Draw where in images the model sees their classes')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Write the features of images: the network without its top')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure the accuracy of a model on labelled images')
            [CompletionResult]::new('finetune', 'finetune', [CompletionResultType]::ParameterValue, 'Train a new head on class folders, and write a weights file with it')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure latency and throughput of a model on this machine')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Join the jsonl outputs of shards in the order of the inputs')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe a model: architecture, parameters, multiply-adds, origin')
            [CompletionResult]::new('labels', 'labels', [CompletionResultType]::ParameterValue, 'List the classes of a model and the WordNet groups above them')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check this installation: models against Keras'' stored answers, device, cache, environment')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'Work with weight files')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;classify' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Read paths from a file, one a line (- for stdin)')
            [CompletionResult]::new('--max-depth', '--max-depth', [CompletionResultType]::ParameterName, 'Search folders this many levels deep (1: only their own files)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument')
            [CompletionResult]::new('--ext', '--ext', [CompletionResultType]::ParameterName, 'Extensions of image files in folders, in any case [default: those of every supported format]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What happens to transparency')
            [CompletionResult]::new('--decode', '--decode', [CompletionResultType]::ParameterName, 'The detail of large JPEGs')
            [CompletionResult]::new('--truncated', '--truncated', [CompletionResultType]::ParameterName, 'What happens to a JPEG or PNG that ends early')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Classes an image (0: all)')
            [CompletionResult]::new('--top-k', '--top-k', [CompletionResultType]::ParameterName, 'Classes an image (0: all)')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'Only classes with at least this score')
            [CompletionResult]::new('--scores', '--scores', [CompletionResultType]::ParameterName, 'What the score of a class is')
            [CompletionResult]::new('--classes', '--classes', [CompletionResultType]::ParameterName, 'Only these classes compete: a list with commas, or a file of one a line')
            [CompletionResult]::new('--rollup', '--rollup', [CompletionResultType]::ParameterName, 'Add the most specific class or WordNet group whose probability is at least P')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, 'Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output [default: by the extension of --output, else table]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to FILE, which appears only once it is complete; - is stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to FILE, which appears only once it is complete; - is stdout')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write an HTML page of thumbnails and their best classes, in one file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Include hidden files and folders in folders')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Start at once: take the files of a folder in the order in which they are found')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace existing files of --output and --report')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue an interrupted run''s --output file (jsonl): keep its rows, add the missing ones')
            [CompletionResult]::new('--retry-errors', '--retry-errors', [CompletionResultType]::ParameterName, 'With --resume, retry images whose row is an error')
            [CompletionResult]::new('--exif', '--exif', [CompletionResultType]::ParameterName, 'Add capture times and GPS positions of photos to their records')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even if images failed')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;sort' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Read paths from a file, one a line (- for stdin)')
            [CompletionResult]::new('--max-depth', '--max-depth', [CompletionResultType]::ParameterName, 'Search folders this many levels deep (1: only their own files)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument')
            [CompletionResult]::new('--ext', '--ext', [CompletionResultType]::ParameterName, 'Extensions of image files in folders, in any case [default: those of every supported format]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path')
            [CompletionResult]::new('--into', '--into', [CompletionResultType]::ParameterName, 'The folder that gets a folder for each answer')
            [CompletionResult]::new('--min-score', '--min-score', [CompletionResultType]::ParameterName, 'Leave images where they are whose best class (with --rollup: group) has a smaller probability')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only images whose best class is one of these (indices, wnids or labels)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What happens to transparency')
            [CompletionResult]::new('--decode', '--decode', [CompletionResultType]::ParameterName, 'The detail of large JPEGs')
            [CompletionResult]::new('--truncated', '--truncated', [CompletionResultType]::ParameterName, 'What happens to a JPEG or PNG that ends early')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--classes', '--classes', [CompletionResultType]::ParameterName, 'Only these classes compete: a list with commas, or a file of one a line')
            [CompletionResult]::new('--rollup', '--rollup', [CompletionResultType]::ParameterName, 'Add the most specific class or WordNet group whose probability is at least P')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, 'Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Include hidden files and folders in folders')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Start at once: take the files of a folder in the order in which they are found')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'Make hard links instead of copies')
            [CompletionResult]::new('--move', '--move', [CompletionResultType]::ParameterName, 'Move the images instead of copying them')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing: print what would go where')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even if images failed')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;explain' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Read paths from a file, one a line (- for stdin)')
            [CompletionResult]::new('--max-depth', '--max-depth', [CompletionResultType]::ParameterName, 'Search folders this many levels deep (1: only their own files)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument')
            [CompletionResult]::new('--ext', '--ext', [CompletionResultType]::ParameterName, 'Extensions of image files in folders, in any case [default: those of every supported format]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The folder of the PNG files')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The folder of the PNG files')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Classes to draw an image, best first')
            [CompletionResult]::new('--top-k', '--top-k', [CompletionResultType]::ParameterName, 'Classes to draw an image, best first')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'Only classes with at least this probability')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only images whose best class is one of these (indices, wnids or labels)')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the records on stdout, which name the files')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What happens to transparency')
            [CompletionResult]::new('--decode', '--decode', [CompletionResultType]::ParameterName, 'The detail of large JPEGs')
            [CompletionResult]::new('--truncated', '--truncated', [CompletionResultType]::ParameterName, 'What happens to a JPEG or PNG that ends early')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Include hidden files and folders in folders')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Start at once: take the files of a folder in the order in which they are found')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace existing files of other content')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even if images failed')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;embed' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Read paths from a file, one a line (- for stdin)')
            [CompletionResult]::new('--max-depth', '--max-depth', [CompletionResultType]::ParameterName, 'Search folders this many levels deep (1: only their own files)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument')
            [CompletionResult]::new('--ext', '--ext', [CompletionResultType]::ParameterName, 'Extensions of image files in folders, in any case [default: those of every supported format]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What happens to transparency')
            [CompletionResult]::new('--decode', '--decode', [CompletionResultType]::ParameterName, 'The detail of large JPEGs')
            [CompletionResult]::new('--truncated', '--truncated', [CompletionResultType]::ParameterName, 'What happens to a JPEG or PNG that ends early')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--pooling', '--pooling', [CompletionResultType]::ParameterName, 'How the last feature map becomes features')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output [default: by the extension of --output, else jsonl]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to FILE, which appears only once it is complete (npy and safetensors write their paths to FILE.jsonl); - is stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to FILE, which appears only once it is complete (npy and safetensors write their paths to FILE.jsonl); - is stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'The paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Include hidden files and folders in folders')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Start at once: take the files of a folder in the order in which they are found')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--normalize', '--normalize', [CompletionResultType]::ParameterName, 'Scale each image''s features to length 1')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file of --output')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue an interrupted run''s --output file (jsonl, npy): keep its rows, add the missing ones')
            [CompletionResult]::new('--retry-errors', '--retry-errors', [CompletionResultType]::ParameterName, 'With --resume, retry images whose row is an error')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even if images failed')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;eval' {
            [CompletionResult]::new('--labels-file', '--labels-file', [CompletionResultType]::ParameterName, 'The class of each image: lines `path,label` (a wnid, a name or an index), or one label a line for the images of DIR in the order of their names')
            [CompletionResult]::new('--synsets', '--synsets', [CompletionResultType]::ParameterName, 'The wnids that numbers in --labels-file count through, from 1 (for ILSVRC2012_validation_ground_truth.txt)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What happens to transparency')
            [CompletionResult]::new('--decode', '--decode', [CompletionResultType]::ParameterName, 'The detail of large JPEGs')
            [CompletionResult]::new('--truncated', '--truncated', [CompletionResultType]::ParameterName, 'What happens to a JPEG or PNG that ends early')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, 'Divide logits by T before softmax [default: what the weights file records, else 1]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The weights file of --calibrate')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The weights file of --calibrate')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write an HTML page with plots and the worst mistakes, in one file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--calibrate', '--calibrate', [CompletionResultType]::ParameterName, 'Fit a temperature to these images, and write a weights file that records it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace existing files of --report and --output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;finetune' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The weights file to write: the whole network with its new head and labels')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The weights file to write: the whole network with its new head and labels')
            [CompletionResult]::new('--holdout', '--holdout', [CompletionResultType]::ParameterName, 'The share of each class that is held out to stop in time and to measure accuracy')
            [CompletionResult]::new('--steps', '--steps', [CompletionResultType]::ParameterName, 'Training steps, at most')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The seed of the choice of images that are held out')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What happens to transparency')
            [CompletionResult]::new('--decode', '--decode', [CompletionResultType]::ParameterName, 'The detail of large JPEGs')
            [CompletionResult]::new('--truncated', '--truncated', [CompletionResultType]::ParameterName, 'What happens to a JPEG or PNG that ends early')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing HEAD')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;bench' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--iterations', '--iterations', [CompletionResultType]::ParameterName, 'Timed forward passes')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Forward passes before the timed ones')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Time each step of the network')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;merge' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the output [default: by the extension of --output, else jsonl]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to FILE, which appears only once it is complete')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to FILE, which appears only once it is complete')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--incomplete', '--incomplete', [CompletionResultType]::ParameterName, 'Join what exists: inputs may be unanswered, changed between the runs, or named twice')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing file of --output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;info' {
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--layers', '--layers', [CompletionResultType]::ParameterName, 'List every layer')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'List the fused steps that the CPU engine runs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;labels' {
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--groups', '--groups', [CompletionResultType]::ParameterName, 'List the WordNet groups above the classes, and how many classes each one has')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;doctor' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny, hf:OWNER/NAME[/FILE][@REVISION], or a weights file [default: tiny, and the published models that are on this machine]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny, hf:OWNER/NAME[/FILE][@REVISION], or a weights file [default: tiny, and the published models that are on this machine]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one per core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type of the arithmetic; anything but f32 needs --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that have names, and what is on this machine')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Download weights and print where they are')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check every byte of weights on this machine [default: all]')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the paths of weights on this machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove weights from this machine')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Install the weights of a packed file')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;weights;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;fetch' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--refresh', '--refresh', [CompletionResultType]::ParameterName, 'Ask the Hub whether a branch or tag has moved')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;verify' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;path' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;remove' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Everything that `nasnet weights list` shows as on this machine')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;pack' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing OUT.tar')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;unpack' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;import' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The safetensors file to write')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The safetensors file to write')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'The number type to store [default: the file''s own]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name to record [default: the file''s name]')
            [CompletionResult]::new('--notes', '--notes', [CompletionResultType]::ParameterName, 'A JSON file of notes to record, such as training data and accuracy')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether the cells after a reduction skip its input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'The names of the classes to record: one a line, or a class-index JSON')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'The reference whose resizing and cropping is used [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What happens to an image whose aspect ratio is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'The share of the short side that a crop keeps, at most 1')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace an existing OUT')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that have names, and what is on this machine')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Download weights and print where they are')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check every byte of weights on this machine [default: all]')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the paths of weights on this machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove weights from this machine')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Install the weights of a packed file')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;weights;help;list' {
            break
        }
        'nasnet;weights;help;fetch' {
            break
        }
        'nasnet;weights;help;verify' {
            break
        }
        'nasnet;weights;help;path' {
            break
        }
        'nasnet;weights;help;remove' {
            break
        }
        'nasnet;weights;help;pack' {
            break
        }
        'nasnet;weights;help;unpack' {
            break
        }
        'nasnet;weights;help;import' {
            break
        }
        'nasnet;weights;help;help' {
            break
        }
        'nasnet;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;help' {
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Print the best classes of images')
            [CompletionResult]::new('sort', 'sort', [CompletionResultType]::ParameterValue, 'Sort images into folders named after their answers')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Draw where in images the model sees their classes')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Write the features of images: the network without its top')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure the accuracy of a model on labelled images')
            [CompletionResult]::new('finetune', 'finetune', [CompletionResultType]::ParameterValue, 'Train a new head on class folders, and write a weights file with it')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure latency and throughput of a model on this machine')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Join the jsonl outputs of shards in the order of the inputs')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe a model: architecture, parameters, multiply-adds, origin')
            [CompletionResult]::new('labels', 'labels', [CompletionResultType]::ParameterValue, 'List the classes of a model and the WordNet groups above them')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check this installation: models against Keras'' stored answers, device, cache, environment')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'Work with weight files')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;help;classify' {
            break
        }
        'nasnet;help;sort' {
            break
        }
        'nasnet;help;explain' {
            break
        }
        'nasnet;help;embed' {
            break
        }
        'nasnet;help;eval' {
            break
        }
        'nasnet;help;finetune' {
            break
        }
        'nasnet;help;bench' {
            break
        }
        'nasnet;help;merge' {
            break
        }
        'nasnet;help;info' {
            break
        }
        'nasnet;help;labels' {
            break
        }
        'nasnet;help;doctor' {
            break
        }
        'nasnet;help;weights' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that have names, and what is on this machine')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Download weights and print where they are')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check every byte of weights on this machine [default: all]')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print the paths of weights on this machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove weights from this machine')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Install the weights of a packed file')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is')
            break
        }
        'nasnet;help;weights;list' {
            break
        }
        'nasnet;help;weights;fetch' {
            break
        }
        'nasnet;help;weights;verify' {
            break
        }
        'nasnet;help;weights;path' {
            break
        }
        'nasnet;help;weights;remove' {
            break
        }
        'nasnet;help;weights;pack' {
            break
        }
        'nasnet;help;weights;unpack' {
            break
        }
        'nasnet;help;weights;import' {
            break
        }
        'nasnet;help;completions' {
            break
        }
        'nasnet;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
