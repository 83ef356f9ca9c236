
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Print the best classes of images')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Write the features of images: the network without its top')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure the accuracy of a model on labelled images')
            [CompletionResult]::new('finetune', 'finetune', [CompletionResultType]::ParameterValue, 'Train a new head on class folders, and write a weights file with it')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure latency and throughput of a model on this machine')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Join the jsonl outputs of shards in the order of the inputs')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe a model: architecture, parameters, multiply-adds, origin')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Examine this installation: models against stored answers of Keras, device, cache, environment')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'Work with weight files')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;classify' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Read paths from a file, one a line (- for stdin)')
            [CompletionResult]::new('--max-depth', '--max-depth', [CompletionResultType]::ParameterName, 'Go down so many levels below a folder (1: only its own files)')
            [CompletionResult]::new('--ext', '--ext', [CompletionResultType]::ParameterName, 'File extensions to take in folders, in any case [default: every format that is read]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Take only part I of N of the inputs, 1/N to N/N, by a hash of the path that never changes')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic; others than f32 need --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'How a reference resizes and crops [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What becomes of an aspect ratio that is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'Share of the short side that a crop keeps, up to 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What becomes of transparency: the background to put behind it, or drop it')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output; parquet needs --output, and a build with that feature')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Classes an image (0: all)')
            [CompletionResult]::new('--top-k', '--top-k', [CompletionResultType]::ParameterName, 'Classes an image (0: all)')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'Only classes with at least this score')
            [CompletionResult]::new('--scores', '--scores', [CompletionResultType]::ParameterName, 'What the score of a class is')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write an HTML page of thumbnails and their best classes, whole in itself; replaces FILE only with --force')
            [CompletionResult]::new('--sort-into', '--sort-into', [CompletionResultType]::ParameterName, 'Copy each image into a folder of DIR that is called like its best class; nothing is ever overwritten')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Draw where the best class of each image was seen: a PNG an image in DIR, the class activation map over the photo')
            [CompletionResult]::new('--explain-top', '--explain-top', [CompletionResultType]::ParameterName, 'Draw the N best classes, a PNG each')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only images whose best class is one of these (wnids or labels); the others are left out of the output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'Paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'Paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Take hidden files and folders in folders too')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Take files of a folder in the order in which they are found, which starts at once')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the files of --output, --report and --explain')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with the file of --output (jsonl): keep its rows, add those that are missing')
            [CompletionResult]::new('--retry-errors', '--retry-errors', [CompletionResultType]::ParameterName, 'With --resume, try images again whose row is an error')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even when images failed')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'Make hard links instead of copies')
            [CompletionResult]::new('--move', '--move', [CompletionResultType]::ParameterName, 'Move instead of copying')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only say on stderr what --sort-into would do')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;embed' {
            [CompletionResult]::new('--files-from', '--files-from', [CompletionResultType]::ParameterName, 'Read paths from a file, one a line (- for stdin)')
            [CompletionResult]::new('--max-depth', '--max-depth', [CompletionResultType]::ParameterName, 'Go down so many levels below a folder (1: only its own files)')
            [CompletionResult]::new('--ext', '--ext', [CompletionResultType]::ParameterName, 'File extensions to take in folders, in any case [default: every format that is read]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Take only part I of N of the inputs, 1/N to N/N, by a hash of the path that never changes')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic; others than f32 need --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'How a reference resizes and crops [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What becomes of an aspect ratio that is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'Share of the short side that a crop keeps, up to 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What becomes of transparency: the background to put behind it, or drop it')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--pooling', '--pooling', [CompletionResultType]::ParameterName, 'How the last feature map becomes features: mean or maximum over its pixels, or the map itself (H, W, C)')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output [default: as --output is called, else jsonl]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole; npy and safetensors get their paths beside them, in FILE.jsonl')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole; npy and safetensors get their paths beside them, in FILE.jsonl')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'Paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'Paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Take hidden files and folders in folders too')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Take files of a folder in the order in which they are found, which starts at once')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--normalize', '--normalize', [CompletionResultType]::ParameterName, 'Scale each image''s features to length 1')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file of --output')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with the file of --output (jsonl, npy): keep its rows, add those that are missing')
            [CompletionResult]::new('--retry-errors', '--retry-errors', [CompletionResultType]::ParameterName, 'With --resume, try images again whose row is an error')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even when images failed')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;eval' {
            [CompletionResult]::new('--labels-file', '--labels-file', [CompletionResultType]::ParameterName, 'The class of each image: lines `path,label` (label: wnid, name or index), or one label a line for the images of DIR in the order of their names')
            [CompletionResult]::new('--synsets', '--synsets', [CompletionResultType]::ParameterName, 'Numbers in --labels-file count, from 1, in this list of wnids (for ILSVRC2012_validation_ground_truth.txt)')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic; others than f32 need --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'How a reference resizes and crops [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What becomes of an aspect ratio that is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'Share of the short side that a crop keeps, up to 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What becomes of transparency: the background to put behind it, or drop it')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write an HTML page with plots and the worst mistakes, whole in itself')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file of --report')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;finetune' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The weights file to write: the whole network with its new head and labels')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The weights file to write: the whole network with its new head and labels')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which images are held out is drawn with this number')
            [CompletionResult]::new('--holdout', '--holdout', [CompletionResultType]::ParameterName, 'The share of each class that is held out to stop in time and to measure accuracy')
            [CompletionResult]::new('--steps', '--steps', [CompletionResultType]::ParameterName, 'Training steps, at most')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic; others than f32 need --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'How a reference resizes and crops [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What becomes of an aspect ratio that is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'Share of the short side that a crop keeps, up to 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What becomes of transparency: the background to put behind it, or drop it')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace HEAD')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;bench' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic; others than f32 need --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]')
            [CompletionResult]::new('--iterations', '--iterations', [CompletionResultType]::ParameterName, 'Timed forward passes')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Forward passes before the timed ones')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Say where the time goes, step by step')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;merge' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output; parquet needs --output, and a build with that feature')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--incomplete', '--incomplete', [CompletionResultType]::ParameterName, 'Join what there is, of inputs that were not all answered, changed between runs, or were named twice')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file of --output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;info' {
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--layers', '--layers', [CompletionResultType]::ParameterName, 'List every layer')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'List the fused steps that the CPU engine makes of it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;doctor' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny, or a weights file [default: tiny, and the published models that are on this machine]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny, or a weights file [default: tiny, and the published models that are on this machine]')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic; others than f32 need --device cuda')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that are known by name, and what is on this machine')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Bring weights to this machine and print where they are')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check weights on this machine from their first byte to their last [default: all]')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where weights on this machine are')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove weights from this machine')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Write weights to one file with their checksums, for machines without a network [default: all that is here]')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Put the weights of a packed file where they are looked for')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;weights;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;weights;fetch' {
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--refresh', '--refresh', [CompletionResultType]::ParameterName, 'Ask the Hub whether a branch or tag has moved')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;verify' {
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;weights;path' {
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;weights;remove' {
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Everything that `nasnet weights list` shows as here')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;weights;pack' {
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo: a branch, a tag or a commit')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo [default: the file of weights that the repository holds]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT.tar')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;weights;unpack' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;weights;import' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The safetensors file to write')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The safetensors file to write')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type to store [default: that of the file]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name to record [default: the file''s own name]')
            [CompletionResult]::new('--notes', '--notes', [CompletionResultType]::ParameterName, 'Anything else to record, such as training data and accuracy: a JSON file')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes to record: one a line, or a class-index JSON')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'How a reference resizes and crops, to record')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What becomes of an aspect ratio that is not the input''s, to record')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled, to record')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'Share of the short side that a crop keeps, to record')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace OUT')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;weights;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that are known by name, and what is on this machine')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Bring weights to this machine and print where they are')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check weights on this machine from their first byte to their last [default: all]')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where weights on this machine are')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove weights from this machine')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Write weights to one file with their checksums, for machines without a network [default: all that is here]')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Put the weights of a packed file where they are looked for')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is')
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
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;help' {
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Print the best classes of images')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Write the features of images: the network without its top')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure the accuracy of a model on labelled images')
            [CompletionResult]::new('finetune', 'finetune', [CompletionResultType]::ParameterValue, 'Train a new head on class folders, and write a weights file with it')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure latency and throughput of a model on this machine')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Join the jsonl outputs of shards in the order of the inputs')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe a model: architecture, parameters, multiply-adds, origin')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Examine this installation: models against stored answers of Keras, device, cache, environment')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'Work with weight files')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;help;classify' {
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
        'nasnet;help;doctor' {
            break
        }
        'nasnet;help;weights' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that are known by name, and what is on this machine')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Bring weights to this machine and print where they are')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check weights on this machine from their first byte to their last [default: all]')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where weights on this machine are')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove weights from this machine')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Write weights to one file with their checksums, for machines without a network [default: all that is here]')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Put the weights of a packed file where they are looked for')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is')
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
