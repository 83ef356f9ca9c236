
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
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure latency and throughput of a model on this machine')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Join the jsonl outputs of shards in the order of the inputs')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe a model: architecture, parameters, multiply-adds, origin')
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
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), or a weights file: .safetensors, .h5, .keras, .pth')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), or a weights file: .safetensors, .h5, .keras, .pth')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository that is in the local cache')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most [default: by device and model]')
            [CompletionResult]::new('--preset', '--preset', [CompletionResultType]::ParameterName, 'How a reference resizes and crops [default: what the model records, else timm]')
            [CompletionResult]::new('--resize', '--resize', [CompletionResultType]::ParameterName, 'What becomes of an aspect ratio that is not the input''s')
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'How pixels are resampled')
            [CompletionResult]::new('--crop-pct', '--crop-pct', [CompletionResultType]::ParameterName, 'Share of the short side that a crop keeps, up to 1')
            [CompletionResult]::new('--alpha', '--alpha', [CompletionResultType]::ParameterName, 'What becomes of transparency: the background to put behind it, or drop it')
            [CompletionResult]::new('--max-pixels', '--max-pixels', [CompletionResultType]::ParameterName, 'Refuse images of more pixels than this')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Classes an image (0: all)')
            [CompletionResult]::new('--top-k', '--top-k', [CompletionResultType]::ParameterName, 'Classes an image (0: all)')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'Only classes with at least this score')
            [CompletionResult]::new('--scores', '--scores', [CompletionResultType]::ParameterName, 'What the score of a class is')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-0', '-0', [CompletionResultType]::ParameterName, 'Paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--null', '--null', [CompletionResultType]::ParameterName, 'Paths of --files-from end in NUL instead of a newline')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow symbolic links in folders')
            [CompletionResult]::new('--hidden', '--hidden', [CompletionResultType]::ParameterName, 'Take hidden files and folders in folders too')
            [CompletionResult]::new('--unsorted', '--unsorted', [CompletionResultType]::ParameterName, 'Take files of a folder in the order in which they are found, which starts at once')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network (this version never does)')
            [CompletionResult]::new('--no-exif', '--no-exif', [CompletionResultType]::ParameterName, 'Ignore the EXIF orientation')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Short for --format json')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file of --output')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with the file of --output (jsonl): keep its rows, add those that are missing')
            [CompletionResult]::new('--retry-errors', '--retry-errors', [CompletionResultType]::ParameterName, 'With --resume, try images again whose row is an error')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 even when images failed')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'nasnet;bench' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), or a weights file: .safetensors, .h5, .keras, .pth')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'mobile, large, tiny (built in), or a weights file: .safetensors, .h5, .keras, .pth')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Weights from a Hugging Face Hub repository that is in the local cache')
            [CompletionResult]::new('--revision', '--revision', [CompletionResultType]::ParameterName, 'Revision of --repo')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'File of --repo')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Input size in pixels: a side, or height x width')
            [CompletionResult]::new('--skip-reduction', '--skip-reduction', [CompletionResultType]::ParameterName, 'Whether cells after a reduction skip its own input, as in Large')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'How strided pools treat the border')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Names of the classes: one a line, or a class-index JSON')
            [CompletionResult]::new('--device', '--device', [CompletionResultType]::ParameterName, 'auto, cpu, cuda, cuda:N or metal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Threads to use [default: one a core]')
            [CompletionResult]::new('--dtype', '--dtype', [CompletionResultType]::ParameterName, 'Number type of the arithmetic')
            [CompletionResult]::new('--batch-size', '--batch-size', [CompletionResultType]::ParameterName, 'Images in one forward pass, at most [default: by device and model]')
            [CompletionResult]::new('--iterations', '--iterations', [CompletionResultType]::ParameterName, 'Timed forward passes')
            [CompletionResult]::new('--warmup', '--warmup', [CompletionResultType]::ParameterName, 'Forward passes before the timed ones')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Never use the network (this version never does)')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Say where the time goes, step by step')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'nasnet;merge' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write to a file, which appears under its name only when it is whole')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
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
        'nasnet;weights' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour in tables and messages')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr; errors are still said')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
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
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
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
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure latency and throughput of a model on this machine')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Join the jsonl outputs of shards in the order of the inputs')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Describe a model: architecture, parameters, multiply-adds, origin')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'Work with weight files')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'nasnet;help;classify' {
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
        'nasnet;help;weights' {
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is')
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
